// Opens a file in the user's browser, as a double click does.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { debug } from '../debug.js';

/** The program of each system that opens a file, and its arguments before the path. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};
const OTHER_OPENER = ['xdg-open'] as const;

/**
 * Opens a file. The browser outlives our process.
 *
 * @param path of an HTML file. An address with a secret does not belong here: other users can read the arguments of programs
 * @returns false if the program that opens files could not be started
 */
export async function openInBrowser(
  path: string,
  environment: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
): Promise<boolean> {
  const [file, ...args] = OPENERS[platform] ?? OTHER_OPENER;
  const child = spawn(file, [...args, path], { detached: true, stdio: 'ignore', env: { ...environment } });
  try {
    await once(child, 'spawn');
    child.unref();
    debug('programs', () => `started ${file} (process ${child.pid})`);
    return true;
  } catch {
    return false;
  }
}
