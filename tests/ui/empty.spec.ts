/** A workspace without a record says what would be there. */

import { expect, serious, showPanel, SHOTS, test } from "./lab";

test("an empty panel offers the first line and the quickstart", async ({ lab, page }) => {
  await showPanel(page);
  const empty = page.locator(".wb-Empty");
  await expect(empty).toContainText("This line makes the first.");
  await expect(empty.locator("pre")).toHaveText('wb.ingest("flights.csv", name="flights")');
  await lab.notebook.createNew();
  await showPanel(page);
  await empty.getByRole("button", { name: "Insert code" }).click();
  await expect(page.locator(".jp-Notebook .cm-content").first()).toContainText("import workbench as wbwb.ingest");
  expect(await serious(page, ".wb-Panel")).toEqual([]);
  await page.screenshot({ path: `${SHOTS}/empty-light.png` });
});

test("the quickstart opens from its card, as a copy of one's own", async ({ lab, page }) => {
  await page.locator(".jp-LauncherCard", { hasText: "Workbench quickstart" }).click();
  await expect(page.locator(".lm-TabBar-tabLabel", { hasText: "quickstart.ipynb" })).toBeVisible();
  await expect(page.locator(".jp-NotebookPanel .jp-Cell").first()).toBeVisible();
});
