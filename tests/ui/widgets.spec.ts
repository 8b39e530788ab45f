/** The widgets in a notebook, and the way from them to a record's page. */

import { expect, records, setTheme, SHOTS, showPanel, test } from "./lab";

test("the widgets draw in a notebook, light and dark, and open records", async ({ lab, page }) => {
  await lab.filebrowser.open("widgets.ipynb");
  await lab.notebook.activate("widgets.ipynb");
  await showPanel(page);
  await page.keyboard.press("Escape");
  await lab.menu.clickMenuItem("Run>Run All Cells");
  const outputs = page.locator(".jp-OutputArea-output");
  const statistics = outputs.filter({ has: page.getByText("dep_delay") }).first();
  await expect(statistics).toBeVisible({ timeout: 60_000 });
  await expect(page.locator(".jp-OutputArea-output .wbu-Run")).toBeAttached({ timeout: 60_000 });
  const lineage = page.locator(".jp-OutputArea-output .wbu-Lineage");
  await expect(lineage).toBeAttached({ timeout: 60_000 });
  for (const theme of ["light", "dark"] as const) {
    await setTheme(page, theme);
    await statistics.evaluate((node) => {
      node.closest(".jp-Cell")?.scrollIntoView({ block: "start" });
    });
    await page.waitForTimeout(700);
    await page.screenshot({ path: `${SHOTS}/notebook-${theme}.png` });
    await lineage.evaluate((node) => {
      node.closest(".jp-Cell")?.scrollIntoView({ block: "end" });
    });
    await page.waitForTimeout(700);
    await page.screenshot({ path: `${SHOTS}/notebook-lineage-${theme}.png` });
  }
  const id = records["model"] ?? "";
  await lineage.evaluate((node, wanted) => {
    node.dispatchEvent(
      new CustomEvent("workbench:open", { detail: { id: wanted }, bubbles: true, composed: true }),
    );
  }, id);
  await expect(page.locator(".wb-Page:visible .wb-Page-title")).toContainText("delay@1");
});
