/** A chart of Altair's in a notebook, where no request may leave the machine. */

import { expect, setTheme, SHOTS, test } from "./lab";

test("a chart draws with no network, light and dark", async ({ lab, page }) => {
  await lab.filebrowser.open("charts.ipynb");
  await lab.notebook.activate("charts.ipynb");
  await lab.menu.clickMenuItem("Run>Run All Cells");
  const chart = page.locator(".jp-OutputArea-output svg.marks");
  await expect(chart).toBeVisible({ timeout: 60_000 });
  await expect(chart.locator(".mark-rect path")).toHaveCount(3);
  await expect(chart.getByText("<b>7</b>")).toBeVisible();
  for (const theme of ["light", "dark"] as const) {
    await setTheme(page, theme);
    const label = chart.locator(".role-axis-label text").first();
    await expect(label).toHaveCSS("fill", theme === "light" ? /^rgba?\(0, 0, 0/ : /^rgba?\(255, 255, 255/);
    await page.locator("#jupyterlab-splash").waitFor({ state: "detached" });
    await page.screenshot({ path: `${SHOTS}/chart-${theme}.png` });
  }
});
