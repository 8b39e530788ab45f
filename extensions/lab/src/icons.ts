/** The sidebar's icon: a record among records. */

import { LabIcon } from "@jupyterlab/ui-components";

const SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="24" viewBox="0 0 24 24">
  <path class="jp-icon3 jp-icon-selectable" fill="#616161" fill-rule="evenodd"
    d="M12 1.8 22.2 12 12 22.2 1.8 12zM12 4.4 4.4 12 12 19.6 19.6 12zM12 7.8 16.2 12 12 16.2 7.8 12z"/>
</svg>`;

export const workbenchIcon = new LabIcon({ name: "workbench:record", svgstr: SVG });
