/** Pictures of data in a notebook: points, spans, drift, differences, a schema that is edited. */

import type { Locator, Page } from "@playwright/test";
import { expect, serious, setTheme, SHOTS, test } from "./lab";

const PICTURES = ["Dive", "Spans", "DriftView", "Diff", "Schema"] as const;

function picture(page: Page, name: (typeof PICTURES)[number]): Locator {
  return page.locator(`.jp-OutputArea-output .wbu-${name}`);
}

test.beforeEach(async ({ lab, page }) => {
  await lab.filebrowser.open("pictures.ipynb");
  await lab.notebook.activate("pictures.ipynb");
  await lab.sidebar.close("left");
  await lab.menu.clickMenuItem("Run>Run All Cells");
  await expect(page.getByText("100,000 of 336,776 rows drawn")).toBeVisible({ timeout: 60_000 });
  await expect(picture(page, "Schema")).toBeAttached({ timeout: 60_000 });
});

test("every picture draws, light and dark, and axe finds nothing serious", async ({ page }) => {
  for (const theme of ["light", "dark"] as const) {
    await setTheme(page, theme);
    for (const name of PICTURES) {
      const found = picture(page, name);
      await found.evaluate((node) => { node.closest(".jp-Cell")?.scrollIntoView({ block: "start" }); });
      await expect(found).toHaveAttribute("data-wbu-scheme", theme);
      await page.waitForTimeout(500);
      await page.screenshot({ path: `${SHOTS}/picture-${name.toLowerCase()}-${theme}.png` });
      expect(await serious(page, `.wbu-${name}`)).toEqual([]);
    }
  }
});

test("points, drift and a schema are used by hand and by key", async ({ page }) => {
  await test.step("points are picked by colour, read by key, and become code in a cell", async () => {
    const dive = picture(page, "Dive");
    await dive.getByRole("button", { name: /^UA/ }).click();
    await expect(dive.getByText(/1\d,\d{3} picked/)).toBeVisible();
    await dive.getByRole("application").focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await expect(dive.getByRole("status")).toContainText("month 2");
    await page.keyboard.press("Enter");
    await expect(dive.locator(".wbu-Record")).toContainText("UA");
    await dive.getByRole("button", { name: "Insert code" }).click();
    await expect(page.locator(".jp-CodeCell .cm-content", { hasText: 'flights[flights["carrier"].eq("UA")]' })).toBeVisible();
  });
  await test.step("drift is drawn from one end to the other", async () => {
    const drift = picture(page, "DriftView");
    const slider = drift.getByRole("slider");
    await drift.getByRole("button", { name: "Play" }).click();
    await expect(slider).toHaveAttribute("aria-valuetext", "November and December");
    await slider.focus();
    await page.keyboard.press("PageDown");
    await expect(slider).toHaveAttribute("aria-valuetext", "January to October");
  });
  await test.step("a schema is edited, its proposal taken over, and the kernel saves it", async () => {
    const schema = picture(page, "Schema");
    await schema.getByLabel("values of carrier").fill("");
    await schema.getByRole("button", { name: /^Accept the edit for dep_delay/ }).click();
    await expect(schema.locator("pre")).toContainText('.edit("dep_delay", maximum=896)');
    await schema.getByLabel("present of carrier").fill("140");
    await expect(schema.getByRole("status")).toHaveText("present of carrier takes from 0 to 100 %");
    await schema.getByLabel("present of carrier").fill("99");
    await schema.getByRole("button", { name: "Save" }).click();
    await expect(schema.getByRole("status")).toContainText(/Saved as pictured@\d+/);
  });
});
