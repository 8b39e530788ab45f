/** The panel and the pages of records. */

import type { Page } from "@playwright/test";
import { expect, open, openRecord, records, serious, setTheme, SHOTS, showPanel, test } from "./lab";

const ROW = ".wb-Row";

/** In the lineage that is shown, choose a record's column; its path lights up. */
async function followColumn(page: Page, record: string, column: string): Promise<void> {
  const node = page.locator(".wb-Page:visible .wbu-Node", { hasText: record });
  await node.locator(".wbu-Node-subtitle").click();
  await page.locator(".wb-Page:visible").getByRole("button", { name: column, exact: true }).click();
  await expect(page.locator(".wb-Page:visible .wbu-Columns-path")).toContainText(`${record}.${column}`);
  await page.waitForTimeout(400);
}

test("the panel lists the records by kind, each with its fact", async ({ lab, page }) => {
  await showPanel(page);
  const tree = page.getByRole("tree", { name: "Records" });
  for (const heading of [
    "Datasets",
    "Features",
    "Runs · delay",
    "Models",
    "Deployments",
    "Jobs",
    "Dashboards",
    "Alerts",
  ]) {
    await expect(tree.getByRole("treeitem", { name: heading })).toBeVisible();
  }
  for (const name of [
    "dataset, flights, 336,776 rows",
    "run, deep-lr1e-1, loss is NaN at step 212",
    "deployment, delay, p99 8.10 ms",
    "model, delay, champion",
    "feature view, plane, static",
  ]) {
    await expect(tree.getByRole("treeitem", { name })).toBeVisible();
  }
  await expect(page.locator(".wb-Status")).toContainText("1 run live · 1 alert");
});

test("an awkward name is text, and nothing else", async ({ lab, page }) => {
  await showPanel(page);
  await openRecord(page, records["awkward"] ?? "");
  await expect(page.locator(".wb-Page-title")).toContainText('números/航班 <img src=x onerror=');
  expect(await page.evaluate(() => "broken" in window)).toBe(false);
});

test("keys search, walk and open", async ({ lab, page }) => {
  await showPanel(page);
  const search = page.getByRole("searchbox", { name: "Search records" });
  await page.getByRole("tree", { name: "Records" }).focus();
  await page.keyboard.press("/");
  await expect(search).toBeFocused();
  await page.keyboard.type("champ");
  await expect(page.locator(ROW)).toHaveCount(1);
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("tree", { name: "Records" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator(".wb-Page:visible .wb-Page-title")).toContainText("delay@1");
  await search.fill("no such thing");
  await expect(page.locator(".wb-Empty")).toContainText("No record matches “no such thing”.");
});

test("a group closes and opens by the arrows", async ({ lab, page }) => {
  await showPanel(page);
  const tree = page.getByRole("tree", { name: "Records" });
  await tree.focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowLeft");
  await expect(tree.getByRole("treeitem", { name: "Datasets" })).toHaveAttribute("aria-expanded", "false");
  await expect(page.locator(ROW, { hasText: "flights" })).toHaveCount(0);
  await page.keyboard.press("ArrowRight");
  await expect(page.locator(ROW, { hasText: "flights" })).toHaveCount(1);
});

test("the context menu inserts a record's code into the notebook, and so does a drag", async ({ lab, page }) => {
  await lab.notebook.createNew();
  await showPanel(page);
  await page.locator(ROW, { hasText: /^.weather @1/ }).click({ button: "right" });
  await page.getByRole("menuitem", { name: "Insert code" }).click();
  await expect(page.locator(".jp-Notebook .cm-content").first()).toContainText('wb.dataset("weather@1")');
  const row = page.locator(ROW, { hasText: /^.planes @1/ });
  const from = await row.boundingBox();
  const to = await page.locator(".jp-Notebook .jp-Cell").first().boundingBox();
  if (!from || !to) {
    throw new Error("nothing to drag");
  }
  await page.mouse.move(from.x + 60, from.y + 10);
  await page.mouse.down();
  await page.mouse.move(from.x + 90, from.y + 20, { steps: 4 });
  await page.mouse.move(to.x + 200, to.y + 10, { steps: 8 });
  await page.mouse.up();
  await expect(page.locator(".jp-Notebook")).toContainText('wb.dataset("planes@1")');
});

test("an alias is set by a form that shows its code", async ({ lab, page }) => {
  await openRecord(page, records["model"] ?? "");
  await page.getByRole("button", { name: "Set alias" }).click();
  await page.getByLabel("Alias").fill("best");
  await expect(page.locator(".wb-Form-code")).toHaveText('wb.model("delay@1").set_alias("best")');
  await page.locator(".wb-Form").getByRole("button", { name: "Set alias" }).click();
  await expect(page.locator(".wb-Page-heading")).toContainText("best");
});

test("an alert's page shows its picture", async ({ lab, page }) => {
  await showPanel(page);
  await page.locator(ROW, { hasText: "wind_gust drifted" }).click();
  const picture = page.getByRole("img", { name: "wind_gust drifted, JSD 0.21" });
  await expect(picture).toBeVisible();
  // It has 320 pixels, two to a point of the page.
  expect(await picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(160);
});

test("open pages come back after a reload", async ({ lab, page }) => {
  await open(page, "kept");
  await openRecord(page, records["flights"] ?? "");
  await page.waitForTimeout(1500); // JupyterLab saves its layout a second after it changed
  await page.reload();
  await expect(page.locator(".wb-Page:visible .wb-Page-title")).toContainText("flights@1");
});

test("the palette, the menu and the launcher know the workbench", async ({ lab, page }) => {
  await expect(page.locator(".jp-LauncherCard", { hasText: "Workbench quickstart" })).toBeVisible();
  await lab.menu.clickMenuItem("Workbench>Open records");
  await expect(page.locator(".wb-Panel")).toBeVisible();
});

test("an experiment's runs stand side by side", async ({ lab, page }) => {
  await openRecord(page, records["run"] ?? "");
  await page.getByRole("button", { name: "Compare runs" }).click();
  const table = page.locator(".wb-Page:visible table");
  await expect(table.getByRole("button", { name: "deep-lr1e-1" })).toBeVisible();
  await table.getByRole("button", { name: "auc" }).click();
  await expect(table.locator("th[aria-sort=ascending]")).toHaveCount(1);
  await page.screenshot({ path: `${SHOTS}/compare-light.png` });
});

test("pages show light and dark, and axe finds nothing serious", async ({ lab, page }) => {
  await showPanel(page);
  for (const theme of ["light", "dark"] as const) {
    await setTheme(page, theme);
    for (const name of ["flights", "view", "live", "model", "deployment", "dashboard"]) {
      await openRecord(page, records[name] ?? "");
      await page.waitForTimeout(400);
      await page.screenshot({ path: `${SHOTS}/${name}-${theme}.png` });
      expect(await serious(page, ".wb-Page:not(.lm-mod-hidden *)")).toEqual([]);
    }
    await openRecord(page, records["deployment"] ?? "");
    for (const tab of ["Lineage", "Code"]) {
      await page.locator(".wb-Page:visible").getByRole("tab", { name: tab }).click();
      await page.waitForTimeout(800);
      await page.screenshot({ path: `${SHOTS}/${tab.toLowerCase()}-${theme}.png` });
      expect(await serious(page, ".wb-Page:not(.lm-mod-hidden *)")).toEqual([]);
    }
    await page.locator(".wb-Page:visible").getByRole("tab", { name: "Lineage" }).click();
    await followColumn(page, "weather@1", "wind_gust");
    await page.screenshot({ path: `${SHOTS}/column-${theme}.png` });
    expect(await serious(page, ".wb-Page:not(.lm-mod-hidden *)")).toEqual([]);
    await page.keyboard.press("Escape");
    await page.locator(".wb-Page:visible").getByRole("tab", { name: "Overview" }).click();
    expect(await serious(page, ".wb-Panel")).toEqual([]);
    expect(await serious(page, ".wb-Status")).toEqual([]);
  }
});
