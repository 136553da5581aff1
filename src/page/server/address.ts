// Announces a served page in the state folder: other commands find it there, and get a code for their user.
import { readFileSync, rmSync } from 'node:fs';
import { findSystemCode } from '../../errors.js';
import { sendRequest } from '../../http/send.js';
import { obtainSecret, type StateFolder } from '../../state/folder.js';
import { acquireLock, findHolder, isLocked } from '../../state/lock.js';
import { writePrivateFile } from '../../state/private-file.js';

/** The commands that serve a page, the ones whose page shows more first. */
const PAGE_HOSTS = ['sandbox', 'exec', 'tunnel', 'serve'] as const;

/** A command that serves a page. */
export type PageHost = (typeof PAGE_HOSTS)[number];

/** What a page shows: a sandbox, or the webhooks of a live account. */
export type PageMode = 'sandbox' | 'live';

/** A page that is being served. */
export interface AnnouncedPage {
  /** Without a code: `http://127.0.0.1:4022`. */
  readonly origin: string;
  readonly mode: PageMode;
}

const TOKEN_FILE = 'page-token';
const TIMEOUT_MS = 5000;
/** A command that checks the lock holds it for an instant. */
const LOCK_TIMEOUT_MS = 5000;

/** Returns the token of the tabs of a folder's page, which outlives restarts. */
export function obtainPageToken(folder: StateFolder): string {
  return obtainSecret(folder, TOKEN_FILE);
}

/** Forgets the token, for a page that other machines can reach: open tabs need a new code. */
export function forgetPageToken(folder: StateFolder): void {
  rmSync(folder.file(TOKEN_FILE), { force: true });
}

/** The file of an announcement. It counts only while the process holds the lock. */
interface Announcement extends AnnouncedPage {
  readonly pid: number;
}

/**
 * Announces a page, under a lock that ends with the process: after a kill, the file that is left names a process that no
 * longer holds it.
 *
 * @returns a function that withdraws the announcement; call it before the port is closed
 * @throws RelayPhoneError `needsUser` if another process serves a page of the same command
 */
export async function announcePage(
  folder: StateFolder,
  host: PageHost,
  page: AnnouncedPage,
): Promise<() => void> {
  const lock = await acquireLock(folder, lockOf(host), { command: host, timeoutMs: LOCK_TIMEOUT_MS });
  const path = folder.file(fileOf(host));
  writePrivateFile(path, JSON.stringify({ ...page, pid: process.pid } satisfies Announcement));
  return () => {
    rmSync(path, { force: true });
    lock.release();
  };
}

/** Returns the pages that are being served for a folder, the ones that show more first. */
export function listPages(folder: StateFolder): readonly AnnouncedPage[] {
  return PAGE_HOSTS.flatMap((host) => {
    if (!isLocked(folder, lockOf(host))) return [];
    const { origin = '', mode, pid } = readAnnouncement(folder, host);
    // The origin is sent the token.
    const isOurs = pid === findHolder(folder, lockOf(host))?.pid && OWN_ORIGIN.test(origin);
    return isOurs && (mode === 'sandbox' || mode === 'live') ? [{ origin, mode }] : [];
  });
}

const OWN_ORIGIN = /^http:\/\/127\.0\.0\.1:\d{1,5}$/;

/** Returns nothing if the file is missing or damaged. */
function readAnnouncement(folder: StateFolder, host: PageHost): Partial<Announcement> {
  try {
    const read: unknown = JSON.parse(readFileSync(folder.file(fileOf(host)), 'utf8'));
    return typeof read === 'object' && read !== null ? read : {};
  } catch (error) {
    // It ended a moment ago, or has not written it yet.
    if (findSystemCode(error) === 'ENOENT' || error instanceof SyntaxError) return {};
    throw error;
  }
}

function fileOf(host: PageHost): string {
  return `${lockOf(host)}.json`;
}

function lockOf(host: PageHost): string {
  return `page-of-${host}`;
}

/**
 * Returns an address that opens a screen of a page once, within a minute; undefined if the page does not answer.
 *
 * @param path of the screen, such as `/t/latest`
 */
export async function obtainPageAddress(
  folder: StateFolder,
  { origin }: AnnouncedPage,
  path: string,
): Promise<string | undefined> {
  const headers = { Authorization: `Bearer ${obtainPageToken(folder)}` };
  const url = new URL('/api/codes', origin);
  const answer = await sendRequest({ method: 'POST', url, headers, timeoutMs: TIMEOUT_MS }).catch(
    () => undefined,
  );
  if (answer?.status !== 201) return undefined;
  return formatAddress(origin, path, (JSON.parse(answer.body) as { code: string }).code);
}

/** Returns the address of a screen, with a code in its fragment: browsers do not send that to servers. */
export function formatAddress(origin: string, path: string, code: string): string {
  return `${origin}${path}#k=${code}`;
}
