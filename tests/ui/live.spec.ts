/** What changes, changes on the page; and many records are no burden. */

import { elsewhere, expect, records, setTheme, showPanel, SHOTS, test } from "./lab";

test("a record made elsewhere appears by itself, on top of its kind", async ({ lab, page }) => {
  await showPanel(page);
  const first = page.locator(".wb-Row[data-id]").first();
  await expect(first).not.toContainText("arrived");
  elsewhere("add", "arrived");
  await expect(first).toContainText("arrived", { timeout: 5_000 });
});

test("ten thousand records scroll and search, with few rows in the document", async ({ lab, page }) => {
  elsewhere("many", "10000");
  await showPanel(page);
  const tree = page.getByRole("tree", { name: "Records" });
  await expect(tree.getByRole("treeitem", { name: "Datasets" })).toContainText("10,000");
  expect(await page.locator(".wb-Row").count()).toBeLessThan(120);
  await tree.focus();
  await page.keyboard.press("End");
  await expect(page.locator(".wb-Row", { hasText: "wind_gust drifted" })).toBeVisible();
  const began = Date.now();
  await page.getByRole("searchbox", { name: "Search records" }).fill("table_07777");
  await expect(page.locator(".wb-Row")).toHaveCount(1);
  await expect(page.locator(".wb-Row")).toContainText("7,777 rows");
  expect(Date.now() - began).toBeLessThan(3_000);
});

test("the panel speaks Chinese where JupyterLab does", async ({ lab, page }) => {
  await setTheme(page, "light");
  await page.evaluate(async () => {
    const app = (
      window as unknown as {
        jupyterapp: { serviceManager: { settings: { save: (id: string, raw: string) => Promise<void> } } };
      }
    ).jupyterapp;
    await app.serviceManager.settings.save("@jupyterlab/translation-extension:plugin", '{"locale": "zh_CN"}');
  });
  await page.reload();
  await page.locator("#jp-main-dock-panel").waitFor();
  await showPanel(page);
  await page.getByRole("searchbox", { name: "搜索记录" }).fill("flights");
  await expect(page.locator(".wb-Row", { hasText: "flights" }).first()).toContainText("336,776 行");
  await page.locator(".wb-Row", { hasText: "flights" }).first().click();
  await expect(page.locator(".wb-Page:visible")).toContainText("插入代码");
  await page.waitForTimeout(500);
  await page.screenshot({ path: `${SHOTS}/chinese-light.png` });
  expect(records["flights"]).toBeTruthy();
});
