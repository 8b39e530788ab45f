/** A JupyterLab page in the browser, watched: each test fails if the console has an error or a request leaves. */

import { execFileSync } from "node:child_process";
import { test as base, expect, type Page } from "@playwright/test";
import { JupyterLabPage } from "@jupyterlab/galata/lib/jupyterlabpage";
import AxeBuilder from "@axe-core/playwright";

export { expect };

/** The ids of the records that the workspace was filled with, by name. */
export const records = JSON.parse(process.env.LAB_RECORDS ?? "{}") as Record<string, string>;

export const SHOTS = `${__dirname}/test-results/screenshots`;

interface IFixtures {
  lab: JupyterLabPage;
}

export const test = base.extend<IFixtures>({
  lab: async ({ page, baseURL }, use) => {
    const troubles: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error") {
        troubles.push(`console: ${message.text()} (${message.location().url})`);
      }
    });
    page.on("pageerror", (error) => {
      troubles.push(`uncaught: ${error.message}`);
    });
    page.on("request", (request) => {
      const { protocol, hostname } = new URL(request.url());
      if (/^(https?|wss?):$/.test(protocol) && hostname !== "127.0.0.1" && hostname !== "localhost") {
        troubles.push(`left this machine: ${request.url()}`);
      }
    });
    const lab = new JupyterLabPage(page, baseURL ?? "", async (opened) => {
      await opened.locator(".jp-LauncherIcon, .jp-NotebookPanel, .jp-Launcher, .wb-Page").first().waitFor();
    });
    await open(page);
    await use(lab);
    expect(troubles).toEqual([]);
  },
});

/** Open JupyterLab in a workspace of its own; the token is given once and then is a cookie. */
export async function open(page: Page, workspace = `t${Date.now()}`): Promise<void> {
  await page.goto(`lab/workspaces/${workspace}?token=${process.env.LAB_TOKEN}`);
  await page.locator("#jupyterlab-splash").waitFor({ state: "detached" });
  await page.locator("#jp-main-dock-panel").waitFor();
  await page.waitForFunction(() => "galata" in window || "jupyterapp" in window);
}

/** Add to the workspace from another process, as a notebook's kernel would. */
export function elsewhere(...what: string[]): void {
  execFileSync(process.env.PYTHON ?? "python", ["-m", "tests.server.seed", process.env.LAB_HOME ?? "", ...what], {
    cwd: `${__dirname}/../..`,
  });
}

/** Show the panel of records. */
export async function showPanel(page: Page): Promise<void> {
  const panel = page.locator(".wb-Panel");
  if (!(await panel.isVisible())) {
    await page.locator('.jp-SideBar [data-id="workbench-records"]').click();
  }
  await expect(panel).toBeVisible();
}

/** Open a record's page by its id. */
export async function openRecord(page: Page, id: string): Promise<void> {
  await page.evaluate((wanted) => {
    document.dispatchEvent(new CustomEvent("workbench:open", { detail: { id: wanted } }));
  }, id);
  await expect(page.locator(".wb-Page:visible .wb-Page-title")).toBeVisible();
}

/** Switch the theme and wait until it is there. */
export async function setTheme(page: Page, theme: "light" | "dark"): Promise<void> {
  await page.evaluate(async (name) => {
    const app = (window as unknown as { jupyterapp: { commands: { execute: (id: string, args: object) => Promise<unknown> } } })
      .jupyterapp;
    await app.commands.execute("apputils:change-theme", { theme: name });
  }, theme === "light" ? "JupyterLab Light" : "JupyterLab Dark");
  await expect(page.locator("body")).toHaveAttribute("data-jp-theme-light", String(theme === "light"));
}

/** What axe finds serious or worse within a part of the page. */
export async function serious(page: Page, within: string): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).include(within).analyze();
  return violations
    .filter((each) => each.impact === "serious" || each.impact === "critical")
    .map((each) => `${each.id}: ${each.nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
}
