/** Frames that Chromium draws of `DiveWidget`'s own module while a person pans, zooms and rearranges. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [module, styles, points, rounds] = process.argv.slice(2);
const require = createRequire(new URL("../../extensions/", import.meta.url));
const { chromium } = require("@playwright/test");

const PAGE = `<!doctype html><link rel="stylesheet" href="/widgets.css"><body style="margin:0"><div id="place"></div>
<script type="module">
  import widget from "/dive.js";
  const raw = await (await fetch("/points.json")).json();
  const view = (text) => new DataView(Uint8Array.from(atob(text), (each) => each.charCodeAt(0)).buffer);
  const data = { ...raw, index: view(raw.index), fields: raw.fields.map((each) => ({ ...each, values: view(each.values) })) };
  const traits = { data, view: raw.view };
  const heard = {};
  const model = {
    get: (name) => traits[name],
    set: (name, value) => { traits[name] = value; (heard["change:" + name] ?? []).forEach((each) => each()); },
    save_changes() {}, send() {}, on: (name, each) => { (heard[name] ??= []).push(each); }, off() {},
  };
  window.arrange = (view) => { model.set("view", view); };
  window.drawn = [];
  const put = CanvasRenderingContext2D.prototype.putImageData;
  CanvasRenderingContext2D.prototype.putImageData = function (...rest) { window.drawn.push(performance.now()); return put.apply(this, rest); };
  widget.render({ model, el: document.getElementById("place") });
</script>`;

const files = { "/": [PAGE, "text/html"], "/dive.js": [readFileSync(module), "text/javascript"], "/widgets.css": [readFileSync(styles), "text/css"], "/points.json": [readFileSync(points), "application/json"] };
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
await page.route("**/*", (route) => {
  const [body, contentType] = files[new URL(route.request().url()).pathname] ?? ["", "text/plain"];
  return route.fulfill({ body, contentType });
});
await page.goto("http://dive.test/");
await page.waitForFunction(() => window.drawn.length > 0);
const box = await page.locator("canvas").boundingBox();
const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];

/** Frames a second between the first and the last that were drawn during an action. */
async function frames(action) {
  await page.evaluate(() => { window.drawn.length = 0; });
  await action();
  await page.waitForTimeout(100);
  const drawn = await page.evaluate(() => window.drawn);
  const gaps = drawn.slice(1).map((each, place) => each - drawn[place]);
  return { fps: (1000 * gaps.length) / (drawn.at(-1) - drawn[0]), slowest: Math.max(...gaps), frames: drawn.length };
}

/** Send an event each animation frame, as fast as a hand would. */
function each(count, make) {
  return page.evaluate(
    async ([times, body]) => {
      const act = new Function("canvas", "step", body);
      const canvas = document.querySelector("canvas");
      for (let step = 0; step < times; step += 1) {
        act(canvas, step);
        await new Promise((resolve) => { requestAnimationFrame(resolve); });
      }
    },
    [count, make],
  );
}

const wheel = (sign) => `canvas.dispatchEvent(new WheelEvent("wheel", { deltaY: ${sign * 24}, ctrlKey: true, cancelable: true, bubbles: true, clientX: ${x}, clientY: ${y} }))`;
const pan = `canvas.dispatchEvent(new PointerEvent("pointermove", { pointerId: 1, bubbles: true, movementX: step % 80 < 40 ? 6 : -6, movementY: 3, clientX: ${x} + step, clientY: ${y} + step }))`;
const arrangements = [
  { x: "dep_delay", y: "arr_delay", color: "origin", log_x: true, log_y: true },
  { rows: "origin", columns: "month", color: "carrier" },
  { x: "distance", color: "carrier", columns: "origin" },
  { color: "origin", columns: "carrier" },
];
const told = { relayout: [], zoom: [], pan: [] };
for (let round = 0; round < Number(rounds); round += 1) {
  for (const arrangement of arrangements) {
    told.relayout.push(await frames(async () => {
      await page.evaluate((view) => { window.arrange(view); }, arrangement);
      await page.waitForTimeout(1100);
    }));
    told.zoom.push(await frames(async () => { await each(40, wheel(-1)); }));
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 8, y + 8);
    told.pan.push(await frames(async () => { await each(60, pan); }));
    await page.mouse.up();
    await each(60, wheel(1));
  }
}
console.log(JSON.stringify(told));
await browser.close();
