import { layout, type LayoutInput } from "./layout.js";

self.onmessage = (event: MessageEvent<LayoutInput>): void => {
  self.postMessage(layout(event.data));
};
