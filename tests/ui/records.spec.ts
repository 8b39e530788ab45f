/** The panel and the pages of records. */

import { expect, open, openRecord, records, serious, setTheme, SHOTS, showPanel, test } from "./lab";

test("the panel lists the records by kind, each with its fact", async ({ lab, page }) => {
  await showPanel(page);
  const tree = page.getByRole("tree", { name: "Records" });
  for (const heading of ["Datasets", "Features", "Runs · delay", "Models", "Deployments", "Jobs", "Dashboards", "Alerts"]) {
    await expect(tree.getByRole("treeitem", { name: heading })).toBeVisible();
  }
  await expect(tree.getByRole("treeitem", { name: "dataset, flights, 336,776 rows" })).toBeVisible();
  await expect(tree.getByRole("treeitem", { name: "run, deep-lr1e-1, loss is NaN at step 212" })).toBeVisible();
  await expect(tree.getByRole("treeitem", { name: "deployment, delay, p99 8.10 ms" })).toBeVisible();
  await expect(page.locator(".wb-Status")).toContainText("1 run live · 1 alert");
});

test("a page shows light and dark, and axe finds nothing serious", async ({ lab, page }) => {
  await showPanel(page);
  for (const theme of ["light", "dark"] as const) {
    await setTheme(page, theme);
    for (const name of ["flights", "live", "model", "deployment", "dashboard"]) {
      await openRecord(page, records[name] ?? "");
      await page.waitForTimeout(400);
      await page.screenshot({ path: `${SHOTS}/${name}-${theme}.png` });
    }
    expect(await serious(page, ".wb-Panel")).toEqual([]);
    expect(await serious(page, ".wb-Page:not(.lm-mod-hidden *)")).toEqual([]);
  }
});
