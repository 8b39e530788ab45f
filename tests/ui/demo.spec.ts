/** What the demo left, as someone finds it who opens JupyterLab afterwards. */

import type { Page } from "@playwright/test";
import { expect, serious, setTheme, SHOTS, showPanel, test } from "./lab";

const ROW = ".wb-Row";

/** The ends of the addresses of the pictures, of a widget's size, that stand in sight. */
async function widePictures(page: Page): Promise<string[]> {
  return page.locator(".jp-OutputArea-output img").evaluateAll((images) =>
    images
      .filter((image) => {
        const { top, bottom, width } = image.getBoundingClientRect();
        return width > 600 && bottom > 150 && top < window.innerHeight - 100;
      })
      .map((image) => (image as HTMLImageElement).src.slice(-60)),
  );
}

test("the panel shows the demo's records, each with its fact", async ({ lab, page }) => {
  await showPanel(page);
  const rows: [name: RegExp, fact: string][] = [
    [/^.flights @1/, "336,776 rows"],
    [/^.delay_examples @1/, "336,776 rows"],
    [/^.weather @1/, "26,115 rows"],
    [/^.planes @1/, "3,322 rows"],
    [/^.carrier_delay_24h/, "fresh"],
    [/^.weather_hourly/, "fresh"],
    [/^.planestatic/, "static"],
    [/^.two workers/, "auc 0.7"],
    [/^.one process/, "auc 0.7"],
    [/^.gradient boosting/, "auc 0.7"],
    [/^.base rate/, "auc 0.5"],
    [/^.delay @\d/, "champion"],
    [/^.delay(?! @|_)/, "p99"],
    [/^.retrain(?!-)/, ":00"],
    [/^.temp drift/, ""],
  ];
  for (const [name, fact] of rows) {
    await expect(page.locator(ROW, { hasText: name }).first()).toContainText(fact);
  }
  await expect(page.locator(ROW, { hasText: "delays" })).toHaveCount(2); // the job that checked it, and the page
  await page.screenshot({ path: `${SHOTS}/demo-panel-light.png` });
});

test("an endpoint's lineage goes back to the three raw tables, in light and dark", async ({ lab, page }) => {
  await showPanel(page);
  await page.locator(ROW, { hasText: /^.delay(?! @|_)/ }).first().click();
  const shown = page.locator(".wb-Page:visible");
  await shown.getByRole("tab", { name: "Lineage" }).click();
  for (const raw of ["flights@1", "weather@1", "planes@1"]) {
    await expect(shown.locator(".wbu-Node", { hasText: raw })).toBeVisible();
  }
  for (const theme of ["light", "dark"] as const) {
    await setTheme(page, theme);
    await page.waitForTimeout(500);
    await page.screenshot({ path: `${SHOTS}/demo-lineage-${theme}.png` });
    expect(await serious(page, ".wb-Page:not(.lm-mod-hidden *)")).toEqual([]);
  }
});

test("a feature view shows what its values are like, a dashboard what it draws", async ({ lab, page }) => {
  await setTheme(page, "light");
  await showPanel(page);
  const shown = page.locator(".wb-Page:visible");
  await page.locator(ROW, { hasText: /^.weather_hourly/ }).first().click();
  await shown.getByRole("tab", { name: "Through time" }).click();
  await expect(shown.locator(".wbu-Legend", { hasText: /weather_hourly@1/ })).toBeVisible();
  await expect(shown.getByRole("rowheader", { name: /temp/ })).toBeVisible();
  await page.screenshot({ path: `${SHOTS}/demo-view-light.png` });
  await page.locator(ROW, { hasText: /^.(delays|Late flights)/ }).last().click();
  await expect(shown.locator(".wb-Picture img")).toHaveCount(2);
  for (const picture of await shown.locator(".wb-Picture img").all()) {
    await expect.poll(() => picture.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(600);
  }
  await page.screenshot({ path: `${SHOTS}/demo-dashboard-light.png` });
});

test("the demo's own notebook, which nobody trusts yet, still shows its widgets' pictures", async ({ lab, page }) => {
  await setTheme(page, "light");
  await lab.filebrowser.open("executed.ipynb");
  await expect(page.locator(".jp-NotebookPanel .jp-Cell").first()).toBeVisible();
  const seen = new Set<string>();
  const look = async (): Promise<number> => {
    for (const picture of await widePictures(page)) {
      if (!seen.has(picture)) {
        seen.add(picture);
        await page.screenshot({ path: `${SHOTS}/demo-notebook-${String(seen.size)}-light.png` });
      }
    }
    return seen.size;
  };
  for (let atEnd = false; !atEnd; ) {
    await page.waitForTimeout(300);
    await look();
    // By hand: the wheel would turn whatever the mouse happens to be over.
    atEnd = await page.locator(".jp-NotebookPanel .jp-WindowedPanel-outer").evaluate((outer) => {
      const before = outer.scrollTop;
      outer.scrollTop += 400;
      return outer.scrollTop === before;
    });
  }
  // Statistics, the run, an evaluation by slice, an alert and the lineage.
  await expect.poll(look).toBeGreaterThanOrEqual(5);
  expect(await page.locator(".jp-OutputArea-output [class^=wbu-]").count()).toBe(0);
});
