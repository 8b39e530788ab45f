/** Run the second cell of a notebook again and again in JupyterLab; print when its table answered, and how it scrolled. */

import { createRequire } from "node:module";

const { LAB_URL, LAB_TOKEN, NOTEBOOK, EXTENSIONS, TIMES } = process.env;
const { chromium } = createRequire(`${EXTENSIONS}/`)("@playwright/test");

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
await page.goto(`${LAB_URL}lab/workspaces/w/tree/${NOTEBOOK}?token=${LAB_TOKEN}`);
await page.locator("#jupyterlab-splash").waitFor({ state: "detached" });
await page.locator(".jp-NotebookPanel .jp-Cell").first().waitFor();
await page.waitForFunction(() => window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel);
await page.keyboard.press("Escape");

/** Run a cell, and return the time of its execute_reply. */
async function run(cell) {
  return page.evaluate(async (index) => {
    const { content, sessionContext } = window.jupyterapp.shell.currentWidget;
    content.activeCellIndex = index;
    content.deselectAll();
    const replied = new Promise((resolve) => {
      const heard = (_, { msg, direction }) => {
        if (direction === "recv" && msg.header.msg_type === "execute_reply") {
          sessionContext.session.kernel.anyMessage.disconnect(heard);
          resolve(performance.now());
        }
      };
      sessionContext.session.kernel.anyMessage.connect(heard);
    });
    void window.jupyterapp.commands.execute("notebook:run-cell");
    return replied;
  }, cell);
}

/** Wait until the table is there and a search in it is answered, as a person would see it. */
async function answered() {
  return page.evaluate(async () => {
    const frame = () => new Promise(requestAnimationFrame);
    let search = null;
    while (!search || document.querySelectorAll(".wbu-Statistics [data-row]").length === 0) {
      await frame();
      search = document.querySelector(".wbu-Statistics input[type=search]");
    }
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(search, "column_77");
    search.dispatchEvent(new Event("input", { bubbles: true }));
    while (!document.querySelector(".wbu-Statistics [role=status]").textContent) {
      await frame();
    }
    await frame();
    return performance.now();
  });
}

/** Scroll through all columns; the milliseconds between two pictures. */
async function scroll() {
  return page.evaluate(async () => {
    const search = document.querySelector(".wbu-Statistics input[type=search]");
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(search, "");
    search.dispatchEvent(new Event("input", { bubbles: true }));
    const rows = document.querySelector(".wbu-Statistics .wbu-Scroll");
    const frame = () => new Promise(requestAnimationFrame);
    rows.scrollIntoView({ block: "center" });
    await new Promise((resolve) => setTimeout(resolve, 500));
    const spans = [];
    let [last, blank] = [await frame(), 0];
    for (let top = 0; top < rows.scrollHeight - rows.clientHeight; top += 160) {
      rows.scrollTop = top;
      const now = await frame();
      spans.push(now - last);
      last = now;
      const box = rows.getBoundingClientRect();
      blank += document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)?.closest("[data-row], thead") ? 0 : 1;
    }
    return { spans, blank };
  });
}

await run(0);
const waits = [];
for (let time = 0; time < Number(TIMES); time += 1) {
  await page.evaluate(() => window.jupyterapp.commands.execute("notebook:clear-cell-output"));
  const ended = await run(1);
  waits.push((await answered()) - ended);
}
const { spans, blank } = await scroll();
await page.evaluate(() => window.jupyterapp.commands.execute("docmanager:save"));
await page.waitForTimeout(2000);
console.log(JSON.stringify({ waits, spans, blank }));
await browser.close();
