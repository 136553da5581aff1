// A real browser for tests: the Chromium of this machine, without a window.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { DEADLINE } from './deadline.js';

/** The reason to skip a test that needs a browser if {@link findBrowser} finds none. */
export const NO_BROWSER = 'there is no Chromium in PATH';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Returns the path of the browser, or undefined. */
export function findBrowser(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((path) => existsSync(path));
}

/** Starts a browser. @param program of {@link findBrowser} */
export function launchBrowser(program: string): Promise<Browser> {
  // As root, Chromium does not start in its sandbox.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: program, args, timeout: DEADLINE });
}

/** Opens an empty page in a new browser, which ends with the test. @param program of {@link findBrowser} */
export async function openBrowser(program: string, options: BrowserContextOptions = {}): Promise<Page> {
  const browser = await launchBrowser(program);
  onTestFinished(() => browser.close());
  const tab = await browser.newPage(options);
  tab.setDefaultTimeout(DEADLINE);
  return tab;
}
