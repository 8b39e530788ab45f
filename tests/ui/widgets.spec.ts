/** The widgets in a notebook, and the way from them to a record's page. */

import { expect, records, serious, setTheme, SHOTS, showPanel, test } from "./lab";

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

test("a thousand columns and odd ones are searched, walked through, opened and read", async ({ lab, page }) => {
  await lab.filebrowser.open("statistics.ipynb");
  await lab.notebook.activate("statistics.ipynb");
  await page.keyboard.press("Escape");
  await lab.menu.clickMenuItem("Run>Run All Cells");
  const widgets = page.locator(".jp-OutputArea-output .wbu-Statistics");
  await expect(widgets.nth(1)).toBeAttached({ timeout: 60_000 });
  const odd = widgets.nth(0);
  await odd.evaluate((node) => {
    node.scrollIntoView({ block: "start" });
  });

  // What is wrong with a column stands in its row, and the code that accepts it under it.
  const carrier = odd.locator('[data-row="carrier"]');
  await expect(carrier).toContainText("✕ error");
  await carrier.getByRole("button").click();
  await expect(odd.locator('[data-details="carrier"]')).toContainText(/anomalies\[\d\]\.accept\(\)/);
  for (const theme of ["light", "dark"] as const) {
    await setTheme(page, theme);
    await page.waitForTimeout(700);
    expect(await serious(page, ".wbu-Statistics")).toEqual([]);
    await page.screenshot({ path: `${SHOTS}/statistics-${theme}.png` });
  }
  expect(await page.evaluate(() => "hacked" in window)).toBe(false);

  // Keys walk along the rows, and are not commands of the notebook, where two of these delete a cell.
  const cells = await page.locator(".jp-Notebook .jp-Cell").count();
  await carrier.getByRole("button").focus();
  await page.keyboard.press("d");
  await page.keyboard.press("d");
  await page.keyboard.press("Escape");
  await expect(odd.locator('[data-details="carrier"]')).toHaveCount(0);
  await page.keyboard.press("/");
  await expect(odd.getByRole("searchbox")).toBeFocused();
  await page.keyboard.type("age");
  await expect(odd.getByRole("status")).toHaveText("2 of 10 columns");
  expect(await page.locator(".jp-Notebook .jp-Cell").count()).toBe(cells);

  const wide = widgets.nth(1);
  await wide.evaluate((node) => {
    node.scrollIntoView({ block: "start" });
  });
  await wide.locator('[data-row="column_0"]').getByRole("button").focus();
  await page.keyboard.press("End");
  await expect(wide.locator('[data-row="column_999"]').getByRole("button")).toBeFocused();
  expect(await wide.locator("[data-row]").count()).toBeLessThan(80);
  await expect(wide.getByRole("table")).toHaveAttribute("aria-rowcount", "1001");
  await page.keyboard.press("Enter");
  await expect(wide.getByRole("region", { name: "Bars of column_999" })).toBeVisible();
  await page.keyboard.press("Home");
  await expect(wide.locator('[data-row="column_0"]').getByRole("button")).toBeFocused();
});
