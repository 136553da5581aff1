// Finds the app, the token of its user API, and opens that API.
import { RelayPhoneError } from '../../../errors.js';
import { findSavedToken, listTokenAdvice } from '../../../firefox-relay/api-token.js';
import { type AppKind, recognizeApp } from '../../../firefox-relay/recognize-app.js';
import { createRelayApi, type RelayApi } from '../../../firefox-relay/relay-api.js';
import { findAgent } from '../../../http/agent.js';
import { isLoopback, listSameOrigins } from '../../../origin.js';
import { obtainToken } from '../../../relay/api/access.js';
import { verifyResolved } from '../../../settings/unresolved.js';
import type { Setup } from '../../../setup/setup.js';
import type { StateFolder } from '../../../state/folder.js';
import { findAdvice } from '../../../twilio/advice.js';
import { findAppOrigin } from '../../core/app-origin.js';
import type { CommandContext } from '../../core/command-context.js';
import { createLines } from '../../core/next-lines.js';
import { findRelay } from '../../core/serve-announcement.js';

/** An app may take this long to answer, because it sends several requests to Twilio meanwhile. */
const TIMEOUT_SECONDS = 30;

/** An app and the token of its user API. */
export interface AppAccess {
  /** Without a slash at its end. */
  readonly origin: string;
  readonly token: string;
  readonly kind: AppKind;
}

/** The name of each kind of app, for people. */
export const APP_NAMES: Readonly<Record<AppKind, string>> = {
  relay: 'Firefox Relay',
  serve: 'relay-phone serve',
  unknown: 'the app',
};

/**
 * Finds the app and its token. The token of `serve` is only sent to the process that holds the lock of `serve`. The
 * token that `checkout prepare` kept is only sent to this machine and to the public base of the checkout.
 *
 * @param named the origin of `--app`. Default: as {@link findAppOrigin}
 * @param email the user of the checkout whose token it is. Default: a token that was given, else the last one prepared
 * @throws RelayPhoneError `needsUser` if there is no token, `usage` if `serve` is asked for a user.
 */
export async function findAppAccess(
  context: CommandContext,
  named: string | undefined,
  email?: string,
): Promise<AppAccess> {
  const { state, loaded, envPath, screen, ports } = context;
  const folder = state.find();
  const origin = findAppOrigin(context, named);
  const serve = folder && findServe(folder, origin);
  if (serve !== undefined && email !== undefined) throw hasOneUser(serve);
  if (folder && serve !== undefined) return { origin: serve, token: obtainToken(folder), kind: 'serve' };
  if (email === undefined)
    verifyResolved(loaded, { command: 'send-test', envPath }, (name) => name === 'apiToken');
  const given = email === undefined ? loaded.values.apiToken : undefined;
  const token = given ?? findKeptTokenFor(origin, folder, context, email);
  if (token === undefined) throw noToken(origin, state.path, email);
  const { protocol, hostname } = new URL(origin);
  if (protocol === 'http:' && !isLoopback(hostname))
    screen.warn(`the token goes to ${hostname} in plain text; use an https URL`);
  return { origin, token, kind: await recognizeApp(origin, findAgent(ports.environment, new URL(origin))) };
}

/** Returns the origin of the running `serve` if `origin` names it; localhost is its name on whichever address it listens. */
function findServe(folder: StateFolder, origin: string): string | undefined {
  const serve = findRelay(folder);
  const names = new URL(origin).hostname === 'localhost' ? listSameOrigins(origin) : [origin];
  return serve !== undefined && names.includes(serve) ? serve : undefined;
}

function findKeptTokenFor(
  origin: string,
  folder: StateFolder | undefined,
  { loaded: { values } }: CommandContext,
  email: string | undefined,
): string | undefined {
  const { publicUrl = '' } = values;
  const isOurs = URL.canParse(publicUrl) && new URL(publicUrl).origin === origin;
  if (!folder || !(isOurs || isLoopback(new URL(origin).hostname))) return undefined;
  return findSavedToken(folder, email)?.token;
}

function hasOneUser(serve: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: `send a request to the app at ${serve}`,
    reason: 'it is relay-phone serve, which has one user, without an e-mail address',
    tryNext: ['leave out --email', '--app URL of a Firefox Relay'],
  });
}

function noToken(origin: string, statePath: string, email: string | undefined): RelayPhoneError {
  if (email !== undefined)
    return new RelayPhoneError({
      kind: 'needsUser',
      task: `send a request to the app at ${origin}`,
      reason: `${statePath} has no token of ${email} for that app`,
      tryNext: [
        `relay-phone checkout prepare --email ${email}, which saves the token of a user on this machine`,
        '--api-token-file PATH instead of --email, for an app on another machine',
      ],
    });
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `send a request to the app at ${origin}`,
    reason: `no relay-phone serve runs from ${statePath}, and no token was kept or given for another app`,
    tryNext: [
      ...listTokenAdvice(origin),
      'without an app: relay-phone serve, or relay-phone send-test --direct',
    ],
  });
}

/** Opens the user API of the app. Nothing is sent yet. */
export function openRelayApi(
  context: CommandContext,
  { settings, output, environment, target }: Setup,
  { origin, token, kind }: AppAccess,
): RelayApi {
  const { starts, exec } = createLines(context, { target, origin });
  return createRelayApi({
    origin,
    token,
    starts,
    ...(target === 'sandbox' && { exec }),
    // The token of serve goes to exactly the address at which serve listens.
    ...(kind !== 'serve' && { agent: findAgent(environment, new URL(origin)) }),
    timeoutMs: (settings.timeout ?? TIMEOUT_SECONDS) * 1000,
    findAdvice: (code) => findAdvice(code)?.tryNext,
    progress: output.progress,
  });
}
