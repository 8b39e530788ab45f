/** Features in the lab: the catalogue, a view's page part by part, and the builder of training sets. */

import type { Locator, Page } from "@playwright/test";
import { expect, openRecord, records, serious, setTheme, showPanel, SHOTS, test } from "./lab";

const id = (name: string): string => records[name] ?? "";
const shown = (page: Page): Locator => page.locator(".wb-Page:visible");

async function execute(page: Page, command: string, args: object = {}): Promise<void> {
  await page.evaluate(
    async ([name, given]) => {
      const app = (window as unknown as { jupyterapp: { commands: { execute: (id: string, args: object) => Promise<unknown> } } }).jupyterapp;
      await app.commands.execute(name as string, given as object);
    },
    [command, args] as const,
  );
}

async function openTab(page: Page, key: string): Promise<Locator> {
  await shown(page).locator(`.wb-Tab[data-key="${key}"]`).click();
  const panel = shown(page).locator(".wb-TabPanel:visible");
  await expect(panel.locator(".wb-Page-notice")).toHaveCount(0);
  return panel;
}

test("the catalogue opens from the panel, and is searched and filtered", async ({ lab, page }) => {
  await showPanel(page);
  const heading = page.getByRole("treeitem", { name: /^Features|Features/ }).first();
  await heading.hover();
  await expect(page.getByRole("treeitem", { name: "feature service, late_flights, 7 features" })).toBeVisible();
  await heading.getByText("catalogue").click();
  const rows = shown(page).getByRole("option");
  await expect(rows.filter({ hasText: "@1" })).toHaveCount(7);
  await expect(shown(page).locator(".wb-Page-heading")).toContainText("6 views · 14 features · 1 service");
  await page.keyboard.type("seats");
  const views = shown(page).getByRole("listbox", { name: "Views and services" }).getByRole("option");
  await expect(views).toHaveCount(2);
  await expect(views.first()).toContainText("plane");
  await shown(page).getByRole("searchbox").fill("");
  await shown(page).getByRole("combobox", { name: "owner" }).selectOption("anna");
  await expect(views).toHaveCount(2);
  await shown(page).getByRole("combobox", { name: "tag" }).selectOption("weather");
  await expect(views).toHaveCount(1);
  await shown(page).getByRole("combobox", { name: "freshness" }).selectOption("static");
  await expect(shown(page)).toContainText("No view or service is like that.");
});

test("keys alone search it and open a view", async ({ lab, page }) => {
  await execute(page, "workbench:open-features");
  const list = shown(page).getByRole("listbox", { name: "Views and services" });
  await expect(list.getByRole("option").first()).toBeVisible();
  await list.focus();
  await page.keyboard.press("/");
  await expect(shown(page).getByRole("searchbox")).toBeFocused();
  await page.keyboard.type("register");
  await expect(list.getByRole("option")).toHaveCount(1);
  await list.focus();
  await page.keyboard.press("Enter");
  await expect(shown(page).locator(".wb-Page-title")).toContainText("plane@1");
});

test("a view's page says what it is, and harms nothing by its names", async ({ lab, page }) => {
  await openRecord(page, id("hourly"));
  await expect(shown(page).locator(".wb-Page-facts")).toContainText("4 features · of origin");
  await expect(shown(page).locator(".wb-Page-facts")).toContainText("by anna");
  const definition = shown(page).locator(".wb-TabPanel:visible");
  await expect(definition.getByRole("row", { name: /^wind_gust/ })).toContainText("weather@1.wind_gust");
  await expect(definition.getByRole("row", { name: /^<img/ })).toBeVisible();
  await expect(definition.getByRole("row", { name: /^valid for/ })).toContainText("6 h");
  await expect(definition.getByRole("region", { name: "Definition" })).toContainText("ttl=timedelta(hours=6)");
  await definition.getByRole("button", { name: "temp", exact: true }).click();
  await expect(shown(page).getByRole("tab", { name: "Lineage" })).toHaveAttribute("aria-selected", "true");
  await openRecord(page, id("carrier"));
  await expect(shown(page).getByRole("region", { name: "Query" })).toContainText("SELECT carrier");
  expect(await page.evaluate(() => "broken" in window)).toBe(false);
});

test("its values move through time, as pictures and as a table", async ({ lab, page }) => {
  await openRecord(page, id("hourly"));
  const through = await openTab(page, "through");
  await expect(through.getByRole("img", { name: /^temp, median and quartiles, by week/ })).toBeVisible();
  await through.getByRole("img", { name: /^temp, median/ }).hover({ position: { x: 200, y: 40 } });
  await expect(through.locator(".wbu-Small-read").first()).toContainText("rows");
  await through.getByRole("button", { name: "as a table" }).click();
  await expect(through.getByRole("row", { name: /^humid median/ })).toBeVisible();
});

test("freshness, both sides and users each have a part; without data it says the line that makes some", async ({ lab, page }) => {
  await openRecord(page, id("hourly"));
  const fresh = await openTab(page, "freshness");
  await expect(fresh).toContainText("Dec 30, 2013, 00:00");
  await expect(fresh.getByRole("row", { name: /complete/ })).toContainText("2013-12-30 00:00");
  const online = await openTab(page, "online");
  await expect(online).toContainText("All 12 values of 3 keys are the same online and offline");
  const users = await openTab(page, "users");
  await expect(users.getByRole("row", { name: /^late@1/ })).toContainText("first try");
  await openRecord(page, id("awkward"));
  for (const tab of ["freshness", "online"]) {
    await expect(await openTab(page, tab)).toContainText('wb.materialize("wind 阵风@1")');
  }
});

test("the builder draws the join and writes its code with each change", async ({ lab, page }) => {
  await openRecord(page, id("hourly"));
  await shown(page).getByRole("button", { name: "Build training set…" }).click();
  const builder = shown(page);
  const code = builder.getByRole("region", { name: "The same, as code" });
  await expect(code).toContainText('["weather_hourly"]');
  await expect(code.getByRole("button", { name: "Insert and run" })).toBeDisabled();
  await builder.getByLabel("Spine").selectOption("flights@1");
  await expect(code).toContainText('"flights@1"');
  await expect(builder.getByRole("region", { name: "Rows that find something" })).toContainText("weather_hourly@1");
  await builder.getByRole("checkbox", { name: /^plane/ }).check();
  await expect(code).toContainText('["weather_hourly", "plane"]');
  await builder.getByLabel("Name", { exact: true }).fill("delay examples");
  await expect(code).toContainText('delay_examples = wb.training_set(');
  const join = builder.getByRole("region", { name: "What each row finds" });
  await expect(join.getByRole("row", { name: /taken$/ })).toHaveCount(1);
  await expect(join).toContainText("not known yet");
  const before = await join.getByRole("table").first().textContent();
  const places = await join.getByRole("radio").count();
  const checked = await join.getByRole("radio").evaluateAll((all) => all.findIndex((each) => each.getAttribute("aria-checked") === "true"));
  await join.getByRole("radio").nth(checked).focus();
  await page.keyboard.press("ArrowRight");
  await expect(join.getByRole("radio").nth((checked + 1) % places)).toBeChecked();
  await expect(join.getByRole("table").first()).not.toHaveText(before ?? "");
  await expect(builder.getByRole("region", { name: "Rows of the training set" })).toContainText("N14228");
});

test("a training set's page says why it holds a value", async ({ lab, page }) => {
  await openRecord(page, id("examples"));
  await shown(page).locator('.wb-Tab[data-key="why"]').click();
  const panel = shown(page).locator(".wb-TabPanel:visible");
  await panel.getByRole("combobox", { name: "Feature" }).selectOption("weather_hourly:temp");
  await panel.getByRole("spinbutton", { name: "Row" }).fill("300");
  await expect(panel.locator("pre")).toContainText('wb.why("examples@1", row=300, feature="weather_hourly:temp")');
  await expect(panel.getByRole("row", { name: /taken$/ })).toHaveCount(1);
  await expect(panel).toContainText("The online store would have answered");
  await panel.getByRole("combobox", { name: "Feature" }).selectOption("plane:seats");
  await expect(panel).toContainText("holds at any time");
  await page.screenshot({ path: `${SHOTS}/features-why.png` });
  expect(await serious(page, ".wb-Page:not(.lm-mod-hidden *)")).toEqual([]);
});

test("a spine that lacks a key is told at once, with what to do", async ({ lab, page }) => {
  await execute(page, "workbench:build-training-set", { spine: "planes@1", features: ["weather_hourly"] });
  await expect(shown(page).getByRole("alert")).toContainText("no column 'origin'");
});

test("insert and run makes the training set", async ({ lab, page }) => {
  await execute(page, "notebook:create-new", { kernelName: "python3" });
  await expect(page.locator(".jp-Notebook:visible")).toBeVisible();
  await execute(page, "workbench:build-training-set", { spine: "flights@1", features: ["plane:seats"] });
  const builder = shown(page);
  await builder.getByLabel("Name", { exact: true }).fill("seated");
  await builder.getByRole("button", { name: "Insert and run" }).click();
  const cell = page.locator(".jp-Notebook:visible .jp-CodeCell").first();
  await expect(cell).toContainText("seated = wb.training_set(");
  await expect(cell.locator(".jp-OutputArea-output")).toContainText("seated@1", { timeout: 60_000 });
});

test("a cell becomes a feature: read, proved, priced, and registered by the code that is shown", async ({ lab, page }) => {
  await execute(page, "notebook:create-new", { kernelName: "python3" });
  const cell = page.locator(".jp-Notebook:visible .jp-CodeCell").first();
  await cell.locator(".cm-content").click();
  await page.keyboard.insertText('df.groupby("carrier").rolling("7D", on="time_hour")["arr_delay"].max()');
  await cell.click({ button: "right", position: { x: 300, y: 20 } });
  await page.getByRole("menuitem", { name: "Feature from cell…" }).click();
  await expect(shown(page).getByRole("alert")).toContainText("'df' is no dataset");
  await shown(page).getByRole("combobox", { name: "df" }).selectOption("landings@1");
  await expect(shown(page).getByRole("region", { name: "What was inferred" })).toContainText("arr_delay_max_7d");
  const proof = shown(page).getByRole("region", { name: "Proof and price" });
  await expect(proof).toContainText(/All \d+ values are the same online and offline/);
  await expect(proof).toContainText("in the online store, about");
  await shown(page).getByRole("textbox", { name: "Name" }).fill("carrier_worst");
  await expect(shown(page).getByRole("region", { name: "The same, as code" })).toContainText('name="carrier_worst"');
  expect(await serious(page, ".wb-Page:not(.lm-mod-hidden *)")).toEqual([]);
  await shown(page).getByRole("button", { name: "Insert and run" }).click();
  await expect(page.locator(".jp-Notebook:visible")).toContainText("carrier_worst = wb.feature_view(");
  await execute(page, "workbench:open-features");
  await expect(shown(page).getByRole("option").filter({ hasText: "carrier_worst" })).toBeVisible({ timeout: 60_000 });
});

test("a step that no view can follow is shown with its line, and nothing is run", async ({ lab, page }) => {
  await execute(page, "workbench:feature-from-cell", { source: 'x = landings\nx.groupby("carrier")["arr_delay"].median()' });
  await expect(shown(page).getByRole("alert")).toContainText("this step cannot be read as a feature");
  await expect(shown(page).getByRole("alert").locator("pre")).toHaveText(/^2\s+x\.groupby/);
  await shown(page).getByRole("textbox", { name: "The cell's code" }).fill('landings.groupby("carrier")["arr_delay"].mean()');
  await expect(shown(page).getByRole("region", { name: "What was inferred" })).toContainText("differs from the cell");
  await shown(page).getByRole("button", { name: "Prove and price" }).click();
  await expect(shown(page).getByRole("region", { name: "Proof and price" })).toContainText("the same online and offline");
});

test("features are suggested, ranked by what they tell of the label, and accepted as code", async ({ lab, page }) => {
  await execute(page, "notebook:create-new", { kernelName: "python3" });
  await expect(page.locator(".jp-Notebook:visible")).toBeVisible();
  await execute(page, "workbench:build-training-set", { spine: "flights@1" });
  await shown(page).getByRole("button", { name: "Suggest features…" }).click();
  const card = shown(page).getByRole("region", { name: "Suggested features" });
  await expect(card.getByRole("checkbox", { name: /^landings/ })).toBeChecked();
  await expect(card.getByRole("checkbox", { name: /^examples/ })).toBeDisabled();
  await expect(card.getByRole("combobox", { name: "Key of weather" })).toHaveValue('["origin"]');
  await card.getByRole("button", { name: "Search", exact: true }).press("Enter");
  const accepts = card.getByRole("button", { name: /^Accept / });
  await expect(accepts.first()).toBeVisible({ timeout: 60_000 });
  expect(await serious(page, ".wb-Page:not(.lm-mod-hidden *)")).toEqual([]);
  const feature = ((await accepts.first().getAttribute("aria-label")) ?? "").replace("Accept ", "");
  await accepts.first().press("Enter");
  await expect(card).toContainText("accepted");
  await page.getByRole("tab", { name: /Untitled/ }).last().click();
  await expect(page.locator(".jp-Notebook:visible")).toContainText(`name="${feature.split(":")[0]}"`);
});

test("every page shows light and dark, and axe finds nothing serious", async ({ lab, page }) => {
  const look = async (name: string): Promise<void> => {
    await page.waitForTimeout(500);
    await page.screenshot({ path: `${SHOTS}/features-${name}.png` });
    expect(await serious(page, ".wb-Page:not(.lm-mod-hidden *)")).toEqual([]);
  };
  for (const theme of ["light", "dark"] as const) {
    await setTheme(page, theme);
    await execute(page, "workbench:open-features");
    await look(`catalogue-${theme}`);
    await openRecord(page, id("hourly"));
    for (const tab of ["definition", "through", "freshness", "online", "versions", "users"]) {
      await openTab(page, tab);
      await look(`${tab}-${theme}`);
    }
    await execute(page, "workbench:build-training-set", { spine: "flights@1", features: ["weather_hourly", "plane:seats", "carrier_delay"] });
    await expect(shown(page).getByRole("region", { name: "What each row finds" })).toContainText("carrier_delay@1");
    await look(`builder-${theme}`);
    await execute(page, "workbench:feature-from-cell", { source: 'landings.groupby("carrier")["arr_delay"].mean()' });
    await expect(shown(page).getByRole("region", { name: "Proof and price" })).toContainText("the same online");
    await look(`from-cell-${theme}`);
  }
});
