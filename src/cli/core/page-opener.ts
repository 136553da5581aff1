// Opens an address of the page in the browser, without naming it in the arguments of a program.
import { openInBrowser } from '../../programs/open-in-browser.js';
import type { StateFolder } from '../../state/folder.js';
import { writePrivateFile } from '../../state/private-file.js';
import type { CliPorts } from './ports.js';

/** The file that leads to the address; its code is worthless once it was used, or after a minute. */
export const OPENER_FILE = 'open-page.html';

/** How the browser was opened: `none` if there is none here, `ci` if nobody would see it. */
export type BrowserOutcome = 'opened' | 'none' | 'ci';

/**
 * Opens an address by a file that only its owner can read: others can read the arguments of programs, and the address has
 * a code that lets its holder in. Opens nothing in CI.
 */
export async function openPageInBrowser(
  { environment }: Pick<CliPorts, 'environment'>,
  folder: StateFolder,
  address: string,
): Promise<BrowserOutcome> {
  if (isCi(environment)) return 'ci';
  if (!hasScreen(environment)) return 'none';
  const path = folder.file(OPENER_FILE);
  // A code has only letters, digits, - and _, and a path of ours no quotes.
  writePrivateFile(path, `<!doctype html><meta http-equiv="refresh" content="0;url=${address}">\n`);
  return (await openInBrowser(path, environment)) ? 'opened' : 'none';
}

/** True in a pipeline; all CI systems set the variable. */
function isCi({ CI = '' }: CliPorts['environment']): boolean {
  return !['', '0', 'false'].includes(CI);
}

/** False on a server without a screen, where `xdg-open` would start a browser in the terminal. */
function hasScreen(environment: CliPorts['environment']): boolean {
  if (process.platform === 'darwin' || process.platform === 'win32') return true;
  return ['DISPLAY', 'WAYLAND_DISPLAY', 'WSL_DISTRO_NAME', 'BROWSER'].some((name) => environment[name]);
}
