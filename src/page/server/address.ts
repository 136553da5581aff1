// The address file of a served page: how `relay-phone open` finds it, and gets a code for its user.
import { readFileSync, rmSync } from 'node:fs';
import { findSystemCode } from '../../errors.js';
import { sendRequest } from '../../http/send.js';
import { obtainSecret, type StateFolder } from '../../state/folder.js';
import { writePrivateFile } from '../../state/private-file.js';
import { formatAddress } from './open-page.js';

const FILE = 'page.json';
const TOKEN_FILE = 'page-token';
const TIMEOUT_MS = 5000;

/** Returns the token of the tabs of a folder's page, which outlives restarts. */
export function obtainPageToken(folder: StateFolder): string {
  return obtainSecret(folder, TOKEN_FILE);
}

/** Says in the state folder where the page is. */
export function writePageAddress(folder: StateFolder, port: number): void {
  writePrivateFile(folder.file(FILE), JSON.stringify({ port }));
}

/** Removes what {@link writePageAddress} wrote. */
export function removePageAddress(folder: StateFolder): void {
  rmSync(folder.file(FILE), { force: true });
}

/**
 * Returns an address that opens a screen of the folder's page once, within a minute; undefined if no page is served.
 *
 * @param path of the screen, such as `/t/latest`
 */
export async function findPageAddress(folder: StateFolder, path: string): Promise<string | undefined> {
  const port = readPort(folder);
  if (port === undefined) return undefined;
  const origin = `http://127.0.0.1:${port}`;
  const headers = { Authorization: `Bearer ${obtainPageToken(folder)}` };
  const url = new URL('/api/codes', origin);
  const answer = await sendRequest({ method: 'POST', url, headers, timeoutMs: TIMEOUT_MS }).catch(
    () => undefined,
  );
  if (answer?.status !== 201) return undefined;
  return formatAddress(origin, path, (JSON.parse(answer.body) as { code: string }).code);
}

function readPort(folder: StateFolder): number | undefined {
  try {
    const { port } = JSON.parse(readFileSync(folder.file(FILE), 'utf8')) as { port?: unknown };
    return typeof port === 'number' ? port : undefined;
  } catch (error) {
    // It is being written or removed right now.
    if (error instanceof SyntaxError || findSystemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
