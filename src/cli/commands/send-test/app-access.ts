// Finds the app that a command is to ask, and the token it is asked with.

import { RelayPhoneError } from '../../../errors.js';
import { findKeptToken } from '../../../firefox-relay/kept-token.js';
import { type AppKind, recognizeApp } from '../../../firefox-relay/recognize.js';
import { describeToken } from '../../../firefox-relay/token.js';
import { obtainToken } from '../../../relay/api/access.js';
import { findStateFolder, type StateFolder } from '../../../state/folder.js';
import { USUAL_APP } from '../../core/app.js';
import type { CommandContext } from '../../core/command-context.js';
import { findRelay } from '../serve/announcement.js';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** An app and how to get in. */
export interface AppAccess {
  /** Without a slash at its end. */
  readonly origin: string;
  readonly token: string;
  readonly kind: AppKind;
}

/** What each kind of app is called. */
export const APP_NAMES: Readonly<Record<AppKind, string>> = {
  relay: 'Firefox Relay',
  serve: 'relay-phone serve',
  unknown: 'the app',
};

/**
 * The app that was named, else the `serve` that runs, else the usual place. The token of `serve` goes to a process that
 * holds its lock and to nobody else; the one that `checkout prepare` kept goes to this machine and to the checkout's
 * public base.
 *
 * @throws RelayPhoneError `usage` for a URL that is none, `needsUser` when there is no token.
 */
export async function findAppAccess(context: CommandContext, named: string | undefined): Promise<AppAccess> {
  const { statePath, loaded, screen } = context;
  const folder = findStateFolder(statePath);
  const origin = findAppOrigin(context, named);
  if (folder && origin === findRelay(folder)) return { origin, token: obtainToken(folder), kind: 'serve' };
  const token = loaded.values.apiToken ?? findKeptFor(origin, folder, context);
  if (token === undefined) throw noToken(origin, statePath);
  const { protocol, hostname } = new URL(origin);
  if (protocol === 'http:' && !LOOPBACK.test(hostname))
    screen.warn(`the token goes to ${hostname} in plain text; better an https URL`);
  return { origin, token, kind: await recognizeApp(origin) };
}

/** Where the app is, as {@link findAppAccess} finds it. */
export function findAppOrigin({ statePath }: CommandContext, named: string | undefined): string {
  if (named !== undefined) return named;
  const folder = findStateFolder(statePath);
  return (folder && findRelay(folder)) ?? USUAL_APP;
}

function findKeptFor(
  origin: string,
  folder: StateFolder | undefined,
  { loaded: { values } }: CommandContext,
): string | undefined {
  const { publicUrl = '' } = values;
  const isOurs = URL.canParse(publicUrl) && new URL(publicUrl).origin === origin;
  if (!folder || !(isOurs || LOOPBACK.test(new URL(origin).hostname))) return undefined;
  return findKeptToken(folder)?.token;
}

function noToken(origin: string, statePath: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `ask the app at ${origin}`,
    reason: `no relay-phone serve runs from ${statePath}, and for another app no token was kept or given`,
    tryNext: [
      ...describeToken(origin),
      'with no app at all: relay-phone serve, or relay-phone send-test --direct',
    ],
  });
}
