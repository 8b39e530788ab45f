/** A dataset's page: what it shows, what can be done, and that each click has its code. */

import type { Locator, Page } from "@playwright/test";
import { elsewhere, expect, openRecord, records, serious, setTheme, SHOTS, test } from "./lab";

const id = (name: string): string => records[`departures/${name}`] ?? "";
const shown = (page: Page): Locator => page.locator(".wb-Page:visible");

async function openTab(page: Page, name: string | RegExp): Promise<Locator> {
  await shown(page).getByRole("tab", { name }).first().click();
  return shown(page).locator(".wb-TabPanel:visible");
}

test("the head says in one sentence what it is", async ({ lab, page }) => {
  await openRecord(page, id("third"));
  const facts = shown(page).locator(".wb-Page-facts");
  for (const fact of ["21 columns", "13 spans", "from departures-autumn.csv", "3 bad rows set aside", "by ingest"]) {
    await expect(facts).toContainText(fact);
  }
  await expect(shown(page).locator(".wb-Chip", { hasText: "gold" })).toBeVisible();
  await shown(page).getByRole("button", { name: /anomal/ }).first().click();
  await expect(shown(page).getByRole("tab", { name: "Anomalies" })).toHaveAttribute("aria-selected", "true");
});

test("its statistics come first, and a split can be laid over another", async ({ lab, page }) => {
  await openRecord(page, id("third"));
  const legend = shown(page).locator(".wbu-Legend");
  await expect(legend).toHaveCount(1);
  await expect(shown(page).getByRole("rowheader", { name: /^distance/ })).toContainText("error");
  await shown(page).getByRole("combobox", { name: "Rows", exact: true }).selectOption({ label: "train" });
  await expect(legend.first()).toContainText("departures@3/train");
  await shown(page).getByRole("combobox", { name: "against" }).selectOption({ label: "test" });
  await expect(legend.last()).toContainText("departures@3/test");
  await shown(page).getByRole("combobox", { name: "against" }).selectOption({ label: "departures@2" });
  await expect(legend.last()).toContainText("departures@2");
});

test("a column leads to its lineage, with the column's path", async ({ lab, page }) => {
  await openRecord(page, id("third"));
  const columns = await openTab(page, /^Columns/);
  await expect(columns.getByRole("row", { name: /tailnum/ })).toContainText("Registration of the plane");
  await columns.getByRole("searchbox").fill("dista");
  await columns.getByRole("button", { name: "distance" }).click();
  await expect(shown(page).getByRole("tab", { name: "Lineage" })).toHaveAttribute("aria-selected", "true");
  await expect(shown(page).locator(".wbu-Columns-path")).toContainText("departures_examples@1.distance");
  await openRecord(page, id("examples"));
  const made = await openTab(page, /^Columns/);
  await expect(made.getByRole("row", { name: /^distance/ })).toContainText("departures@3.distance");
  expect(await page.evaluate(() => "broken" in window)).toBe(false);
});

test("spans are bars and a table, and lead to the version that brought them", async ({ lab, page }) => {
  await openRecord(page, id("third"));
  const spans = await openTab(page, /^Spans/);
  await expect(spans.getByRole("img", { name: /^Rows of each span from 2013-01 to 2014-01/ })).toBeVisible();
  await spans.locator(".wb-Bars-box").hover({ position: { x: 80, y: 80 } });
  await expect(spans.locator(".wb-Bars figcaption")).toContainText("2013-01 ·");
  await spans.getByRole("row", { name: /2013-08/ }).getByRole("button").click();
  await expect(shown(page).locator(".wb-Page-title")).toContainText("departures@2");
});

test("versions tell what came with each; another one is compared row by row", async ({ lab, page }) => {
  await openRecord(page, id("third"));
  const versions = await openTab(page, /^Versions/);
  await expect(versions.getByRole("row", { name: /departures@3/ })).toContainText("+");
  await shown(page).getByRole("button", { name: "Compare with…" }).click();
  const comparison = shown(page).getByRole("region", { name: "Comparison" });
  await expect(comparison.locator(".wb-Form-code")).toHaveText('wb.dataset("departures@2").diff("departures@3")');
  await expect(comparison.locator(".wbu-Diff")).toContainText("departures@2 → departures@3");
  await comparison.getByRole("combobox", { name: "From" }).selectOption({ label: "departures@1" });
  await expect(comparison.locator(".wbu-Diff")).toContainText("departures@1 → departures@3");
  await page.keyboard.press("Escape");
  await expect(comparison).toHaveCount(0);
});

test("a schema is edited in place; its code is shown, and saving makes a version", async ({ lab, page }) => {
  await openRecord(page, id("examples"));
  await openTab(page, "Schema");
  await expect(shown(page)).toContainText('wb.infer_schema("departures_examples@1")');
  await openRecord(page, id("second"));
  const schema = await openTab(page, "Schema");
  await expect(schema.locator(".wbu-Schema")).toContainText("departures@");
  await expect(schema.getByRole("region", { name: "Changes" })).toContainText("distance");
  const before = (await schema.locator(".wbu-Schema strong").first().textContent()) ?? "";
  const field = schema.getByRole("row", { name: /^sched_dep_time/ }).getByRole("textbox").nth(1);
  await field.fill("0");
  await field.press("Enter");
  await expect(schema.locator(".wbu-Schema")).toContainText('.edit("sched_dep_time", minimum=0)');
  await schema.getByRole("button", { name: /^Save/ }).click();
  await expect(schema.locator(".wbu-Schema strong").first()).not.toHaveText(before);
  await expect(schema.getByRole("region", { name: "Changes" })).toContainText("sched_dep_time");
});

test("users and bad rows are listed", async ({ lab, page }) => {
  await openRecord(page, id("third"));
  const users = await openTab(page, "Users");
  await expect(users.getByRole("row", { name: /^first try/ })).toContainText("departures_examples@1");
  const bad = await openTab(page, /^Bad rows/);
  await expect(bad.getByRole("row", { name: /<b>1,020<\/b>/ })).toContainText("departures-autumn.csv");
  await expect(bad).toContainText('wb.dataset("departures@3").bad_rows()');
});

test("a tag is set and taken away by a form that shows its code", async ({ lab, page }) => {
  await openRecord(page, id("first"));
  await shown(page).getByRole("button", { name: "Tag…" }).click();
  const form = shown(page).locator(".wb-Form");
  await form.getByLabel("Tag").fill("frozen");
  await expect(form.locator(".wb-Form-code")).toHaveText('wb.dataset("departures@1").tag("frozen")');
  await form.getByRole("button", { name: "Set tag" }).click();
  await expect(shown(page).locator(".wb-Page-heading")).toContainText("frozen");
  await shown(page).getByRole("button", { name: "Tag…" }).click();
  await form.getByRole("button", { name: "Remove frozen" }).click();
  await expect(shown(page).locator(".wb-Page-heading")).not.toContainText("frozen");
});

test("it opens in a notebook of its own, with the cells to look at it", async ({ lab, page }) => {
  await openRecord(page, id("third"));
  await shown(page).getByRole("button", { name: "Open in notebook" }).click();
  const cells = page.locator(".jp-Notebook .jp-Cell");
  await expect(cells).toHaveCount(4);
  await expect(cells.first()).toContainText('departures = wb.dataset("departures@3")');
  await expect(cells.last()).toContainText("wb.validate(departures, schema)");
});

test("thousands of spans scroll with few rows in the document", async ({ lab, page }) => {
  elsewhere("spans", "3000");
  const found = await page.evaluate(async () => {
    const answer = await fetch("/workbench/api/records?q=hours&kind=dataset");
    return ((await answer.json()) as { records: { id: string }[] }).records[0]?.id ?? "";
  });
  await openRecord(page, found);
  const spans = await openTab(page, /^Spans/);
  const table = spans.getByRole("group", { name: "Spans" });
  await expect(table.getByRole("row").nth(2)).toBeVisible();
  expect(await table.getByRole("row").count()).toBeLessThan(120);
  await table.evaluate((element) => {
    element.scrollTop = element.scrollHeight;
  });
  await expect(table.getByRole("row", { name: /2013-05-05T23/ })).toBeVisible();
});

test("every tab shows light and dark, and axe finds nothing serious", async ({ lab, page }) => {
  await openRecord(page, id("third"));
  for (const theme of ["light", "dark"] as const) {
    await setTheme(page, theme);
    for (const tab of ["statistics", "columns", "spans", "versions", "schema", "anomalies", "users", "bad_rows"]) {
      await shown(page).locator(`.wb-Tab[data-key="${tab}"]`).click();
      await page.waitForTimeout(500);
      await page.screenshot({ path: `${SHOTS}/dataset-${tab}-${theme}.png` });
      expect(await serious(page, ".wb-Page:not(.lm-mod-hidden *)")).toEqual([]);
    }
    await shown(page).getByRole("button", { name: "Compare with…" }).click();
    await expect(shown(page).locator(".wbu-Diff")).toBeVisible();
    await page.screenshot({ path: `${SHOTS}/dataset-compare-${theme}.png` });
    expect(await serious(page, ".wb-Page:not(.lm-mod-hidden *)")).toEqual([]);
    await page.keyboard.press("Escape");
  }
  for (const name of ["schema", "anomalies"]) {
    await openRecord(page, id(name));
    await page.waitForTimeout(300);
    await page.screenshot({ path: `${SHOTS}/record-${name}-dark.png` });
    expect(await serious(page, ".wb-Page:not(.lm-mod-hidden *)")).toEqual([]);
  }
});
