// axe on the screens of the page, in each width and theme.
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** WCAG 2.2 AA and what is good beyond it, such as headings in order: https://github.com/dequelabs/axe-core/blob/develop/doc/API.md#axe-core-tags */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Rules that axe leaves out unless they are asked for: a name contains what is written, a target is large enough. */
const RULES = { 'label-content-name-mismatch': { enabled: true }, 'target-size': { enabled: true } };

const WIDTHS = [1440, 390];
/** The two themes of the page. */
export const THEMES = ['light', 'dark'] as const;

/** Shows an address without loading the page anew. */
export async function showScreen(tab: Page, address: string): Promise<void> {
  await tab.evaluate(
    `history.pushState(null, '', ${JSON.stringify(address)}); dispatchEvent(new Event('popstate'))`,
  );
  await tab.locator('main > *').first().waitFor();
  await tab.locator('.skeleton').waitFor({ state: 'detached' });
}

/** Returns what axe finds on the shown screen, as `rule: selector`. */
export async function findViolations(tab: Page): Promise<string[]> {
  if (!(await tab.evaluate('"axe" in globalThis')))
    await tab.evaluate(`(0, eval)(${JSON.stringify(axe.source)})`);
  return tab.evaluate(`axe.run(document, ${JSON.stringify({ runOnly: TAGS, rules: RULES })}).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ': ' + target.join(' '))))`);
}

/** Changes the width of the window, and waits for the next frame: before it, no script of the page hears of the change. */
async function resize(tab: Page, width: number): Promise<void> {
  await tab.setViewportSize({ width, height: 900 });
  const nextFrame = 'new Promise((resolve) => requestAnimationFrame(() => resolve(innerWidth)))';
  await expect.poll(() => tab.evaluate(nextFrame)).toBe(width);
}

/** Checks screens in each width and theme. Returns `screen width theme: rule: selector` of each violation. */
export async function checkScreens(
  tab: Page,
  screens: readonly string[],
  prepare?: (screen: string) => Promise<void>,
) {
  const found: string[] = [];
  for (const screen of screens) {
    for (const width of WIDTHS) {
      await resize(tab, width);
      await showScreen(tab, screen);
      await prepare?.(screen);
      for (const colorScheme of THEMES) {
        await tab.emulateMedia({ colorScheme });
        const violations = await findViolations(tab);
        found.push(...violations.map((one) => `${screen} ${width} ${colorScheme}: ${one}`));
      }
    }
  }
  return found;
}
