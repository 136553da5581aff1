// Opens one Twilio account to work on, live or in the sandbox, with the journal of the changes made to it.
import { join } from 'node:path';
import { RelayPhoneError } from '../../errors.js';
import type { ControlClient } from '../../sandbox/control/client.js';
import type { ControlAddress } from '../../sandbox/control/send.js';
import type { JoinedSandbox } from '../../sandbox/instance/join.js';
import { isSandboxSid } from '../../sandbox-sid.js';
import type { SettingName } from '../../settings/schema.js';
import { describeUnresolved, verifyResolved } from '../../settings/unresolved.js';
import { obtainCredentials } from '../../setup/credentials.js';
import { describeUnreadableLines, JOURNAL, openJournal } from '../../setup/journal.js';
import type { Choices, Prompts, SandboxPhones, Setup } from '../../setup/setup.js';
import { type Credentials, createTwilioClient } from '../../twilio/client.js';
import { type Target, verifyFits } from '../../twilio/target.js';
import { findContextProject, findUsualOrigin } from './app-origin.js';
import { type CommandContext, waitForLock } from './command-context.js';
import { STAND_IN_PHONE } from './stand-in-phone.js';

/** One account to work on. */
export interface Session {
  readonly setup: Setup;
  readonly target: Target;
  /** Undefined for a live account. */
  readonly sandbox?: JoinedSandbox;
  close(): Promise<void>;
}

/** How a command opens a session. */
export interface SessionOptions {
  readonly command: string;
  /** Undefined if this run cannot ask: without a terminal, with `--yes`, or in a command without questions. */
  readonly prompts: Prompts | undefined;
  readonly choices: Choices;
  /** Creates the state folder if there is none. Otherwise a sandbox without one lives in memory only. */
  readonly keeps: boolean;
  /** True if the changes are undone when the command ends. */
  readonly temporary?: boolean;
  /** Lets other commands join a sandbox that runs in this process. */
  readonly hosts?: boolean;
  /** The maximum number of attempts of a request to Twilio, and the milliseconds for each without a timeout setting. */
  readonly requestLimits?: { readonly attempts: number; readonly timeoutMs: number };
  /** The sandbox to join, in place of that of the state folder. */
  readonly remote?: ControlAddress | undefined;
  /** The clock of a sandbox that this process hosts. Default: `real`. */
  readonly clock?: 'real' | 'manual';
  /** Makes the commands that join such a sandbox fail, too, if they meet something that it lacks. Default false. */
  readonly failsOnUnsupported?: boolean;
}

/**
 * Opens a session. With prompts, it asks for missing credentials.
 *
 * @throws RelayPhoneError `needsUser` if credentials are missing or another relay-phone holds the state folder.
 */
export async function openSession(
  context: CommandContext,
  kind: Target['kind'],
  options: SessionOptions,
): Promise<Session> {
  if (kind === 'sandbox') return openSandboxSession(context, options);
  const { command, prompts } = options;
  verifyResolved(context.loaded, { command, envPath: context.envPath }, (name) => name !== 'apiToken');
  const credentials = await obtainCredentials(context.loaded, { command, prompts, output: context.screen });
  if (credentials === 'sandbox') return openSandboxSession(context, options);
  const target = { kind: 'live' } as const;
  const setup = await createSetup(context, options, target, credentials, undefined);
  // Loaded here, because the sandbox needs no ngrok.
  const { findNgrokBase, hasNgrokToken } = await import('./ngrok.js');
  const ngrok = { ngrok: findNgrokBase(context), hasNgrokToken: hasNgrokToken(context) };
  return { setup: { ...setup, ...ngrok }, target, close: async () => undefined };
}

async function openSandboxSession(context: CommandContext, options: SessionOptions): Promise<Session> {
  warnOfUnresolved(context);
  const sandbox = await enterSandbox(context, options);
  context.ports.onInterrupt(sandbox.close);
  try {
    verifySameSandbox(context, sandbox.accountSid);
  } catch (error) {
    await sandbox.close();
    throw error;
  }
  const phones = createSandboxPhones(STAND_IN_PHONE, sandbox.control);
  const { origin, accountSid } = sandbox;
  const target = { kind: 'sandbox', origin, accountSid } as const;
  const setup = await createSetup(context, options, target, sandbox, phones);
  return { setup, target, sandbox, close: sandbox.close };
}

/** The settings of a live account: the sandbox has its own. */
const OF_LIVE_ACCOUNT: ReadonlySet<SettingName> = new Set([
  'accountSid',
  'authToken',
  'mainNumber',
  'applicationSid',
  'apiToken',
]);

function warnOfUnresolved({ loaded, envPath, screen }: CommandContext): void {
  for (const one of loaded.unresolved) {
    if (!OF_LIVE_ACCOUNT.has(one.name)) screen.warn(`ignored: ${describeUnresolved(one, envPath)}`);
  }
}

/** Loaded here, because a live run needs no database and no server. */
async function enterSandbox(context: CommandContext, options: SessionOptions): Promise<JoinedSandbox> {
  const [
    { hostSandbox, joinRemoteSandbox, joinSandbox, runTransientSandbox },
    { warnOfLostWrites, warnOfUnsupported },
  ] = await Promise.all([import('../../sandbox/instance/join.js'), import('./sandbox.js')]);
  if (options.remote) return joinRemoteSandbox(options.remote);
  const folder = options.keeps ? context.state.open() : context.state.find();
  if (!folder) return runTransientSandbox();
  const waiting = waitForLock(context, options.command);
  const { hosts, clock = 'real', failsOnUnsupported = false } = options;
  return hosts
    ? hostSandbox(folder, {
        ...waiting,
        clock,
        failsOnUnsupported,
        onWriteFailed: warnOfLostWrites(context),
        onUnsupported: warnOfUnsupported(context),
      })
    : joinSandbox(folder, waiting);
}

/**
 * Checks that the settings do not name another account. An account in `.env` was left by another sandbox and is
 * replaced; a live account in the environment is for other commands.
 */
function verifySameSandbox({ loaded: { values, sources }, state }: CommandContext, own: string): void {
  const { accountSid } = values;
  if (!accountSid || accountSid === own || sources.accountSid === '.env') return;
  if (sources.accountSid === 'flag') verifyFits({ kind: 'sandbox', origin: '', accountSid: own }, accountSid);
  if (isSandboxSid(accountSid)) throw otherSandbox(accountSid, state.path);
}

/**
 * The phones of a sandbox.
 *
 * @param realNumber stands in for the user's own phone
 */
export function createSandboxPhones(
  realNumber: string,
  control: Pick<ControlClient, 'texts' | 'allowedCountries' | 'allowCountry'>,
): SandboxPhones {
  const { texts: listTexts } = control;
  const findText: SandboxPhones['findText'] = async (phone, sid) =>
    (await listTexts(phone)).find((text) => text.sid === sid)?.body;
  const allowCountryOf: SandboxPhones['allowCountryOf'] = async (phone) => {
    // Loaded here, because a live run does not need it; the sandbox has it.
    const { findPhoneNumber } = await import('../../sandbox/platform/phone-number.js');
    const country = findPhoneNumber(phone)?.country;
    // They are allowed from the start, and nearly always meant: no request is needed.
    if (country === undefined || ['US', 'CA'].includes(country)) return undefined;
    if ((await control.allowedCountries()).includes(country)) return undefined;
    await control.allowCountry(country);
    return country;
  };
  return { realNumber, listTexts, findText, allowCountryOf };
}

/** Creates the setup of an account, with the journal in the state folder of the context. */
export async function createSetup(
  context: CommandContext,
  { command, prompts, choices, keeps, temporary = false, requestLimits }: SessionOptions,
  target: Target,
  { accountSid, authToken }: Credentials,
  phones: SandboxPhones | undefined,
): Promise<Setup> {
  const { ports, screen, state, envPath, readEnv, checkout } = context;
  const { values, sources } = context.loaded;
  if (keeps) state.open();
  const { now, newId, sleep, environment } = ports;
  const client = await createTwilioClient(
    { accountSid, authToken },
    {
      target,
      environment,
      sleep,
      progress: screen.progress,
      ...requestLimits,
      ...(values.timeout !== undefined && { timeoutMs: values.timeout * 1000 }),
    },
  );
  const owner = { target: target.kind, accountSid, temporary, now, newId };
  const journalPath = join(state.path, JOURNAL);
  const journal = openJournal(journalPath, owner);
  const unreadable = describeUnreadableLines(journalPath, journal.unreadableLines());
  return {
    command,
    target: target.kind,
    client,
    authToken,
    settings: values,
    sources,
    choices,
    journal,
    envPath,
    readEnv,
    checkout,
    findUsualApp: () => findUsualOrigin(findContextProject(context)),
    backups: join(state.path, 'backups'),
    environment,
    phones,
    prompts,
    output: screen,
    sleep,
    now,
    facts: {},
    warnings: unreadable === undefined ? [] : [unreadable],
  };
}

function otherSandbox(sid: string, statePath: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: 'use the sandbox',
    reason: `the account ${sid} belongs to another sandbox than the one in ${statePath}`,
    tryNext: [
      'unset TWILIO_ACCOUNT_SID and leave out --account-sid',
      '--state-dir PATH of the other sandbox',
    ],
  });
}
