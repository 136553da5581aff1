// Opens one Twilio account to work on, live or in the sandbox, with the journal of what was done to it.
import { join } from 'node:path';
import { RelayPhoneError } from '../../errors.js';
import type { JoinedSandbox } from '../../sandbox/instance/join.js';
import { isSandboxSid } from '../../sandbox-sid.js';
import { obtainCredentials } from '../../setup/credentials.js';
import { openJournal } from '../../setup/journal.js';
import type { Choices, Prompts, SandboxPhones, Setup } from '../../setup/setup.js';
import { findStateFolder, openStateFolder, type StateFolder } from '../../state/folder.js';
import { type Credentials, createTwilioClient } from '../../twilio/client.js';
import { type Target, verifyFits } from '../../twilio/target.js';
import { type CommandContext, waitForLock } from './command-context.js';
import type { CliPorts } from './ports.js';

/** The phone that stands in for the user's own in the sandbox. */
const SANDBOX_PHONE = '+12025550190';

/** One account to work on, live or in the sandbox. */
export interface Session {
  readonly setup: Setup;
  readonly target: Target;
  /** Undefined for a live account. */
  readonly sandbox?: JoinedSandbox;
  close(): Promise<void>;
}

/** What a command may do when it opens a session. */
export interface SessionOptions {
  readonly command: string;
  readonly ask: Prompts | undefined;
  readonly choices: Choices;
  /** Makes the state folder when there is none. Otherwise a sandbox without one lives in memory only. */
  readonly keeps: boolean;
  /** Whether changes are to be taken back when the command ends. */
  readonly temporary?: boolean;
  /** Lets other commands join a sandbox that runs in this process. */
  readonly hosts?: boolean;
  /** How often a request to Twilio is made in all, and the milliseconds each may take when no setting says. */
  readonly patience?: { readonly attempts: number; readonly timeout: number };
  /** The clock of such a sandbox; `real` by default. */
  readonly clock?: 'real' | 'manual';
}

/**
 * Opens a session with the account of `kind`, after asking for what is missing where somebody can be asked.
 *
 * @throws RelayPhoneError `needsUser` when credentials are missing or another relay-phone holds the state folder.
 */
export async function openSession(
  ports: CliPorts,
  context: CommandContext,
  kind: Target['kind'],
  options: SessionOptions,
): Promise<Session> {
  if (kind === 'sandbox') return openSandboxSession(ports, context, options);
  const { command, ask } = options;
  const credentials = await obtainCredentials(context.loaded, {
    command,
    prompts: ask,
    output: context.screen,
  });
  if (credentials === 'sandbox') return openSandboxSession(ports, context, options);
  const target = { kind: 'live' } as const;
  const setup = await createSetup(ports, context, options, target, credentials, undefined);
  // Loaded only now: the sandbox needs no ngrok.
  const { findNgrokBase } = await import('./ngrok.js');
  return { setup: { ...setup, ngrok: findNgrokBase(ports, context) }, target, close: async () => undefined };
}

async function openSandboxSession(
  ports: CliPorts,
  context: CommandContext,
  options: SessionOptions,
): Promise<Session> {
  const sandbox = await enterSandbox(context, options);
  ports.onInterrupt(sandbox.close);
  try {
    verifySameSandbox(context, sandbox.accountSid);
  } catch (error) {
    await sandbox.close();
    throw error;
  }
  const phones = createSandboxPhones(SANDBOX_PHONE, sandbox.control.texts);
  const target = { kind: 'sandbox', origin: sandbox.origin } as const;
  const setup = await createSetup(ports, context, options, target, sandbox, phones);
  return { setup, target, sandbox, close: sandbox.close };
}

/** The phones of a sandbox, of which `listTexts` knows the texts. */
export function createSandboxPhones(
  realNumber: string,
  listTexts: SandboxPhones['listTexts'],
): SandboxPhones {
  const findText: SandboxPhones['findText'] = async (phone, sid) =>
    (await listTexts(phone)).find((text) => text.sid === sid)?.body;
  return { realNumber, listTexts, findText };
}

/**
 * Checks that no other account was asked for. One in `.env` was left by another sandbox and is replaced; a live one in
 * the environment is for other commands.
 */
function verifySameSandbox({ loaded: { values, sources }, statePath }: CommandContext, own: string): void {
  const { accountSid } = values;
  if (!accountSid || accountSid === own || sources.accountSid === '.env') return;
  if (sources.accountSid === 'flag') verifyFits({ kind: 'sandbox', origin: '' }, accountSid);
  if (isSandboxSid(accountSid)) throw otherSandbox(accountSid, statePath);
}

/** Loaded only now: a live run needs no database and no server. */
async function enterSandbox(context: CommandContext, options: SessionOptions): Promise<JoinedSandbox> {
  const { hostSandbox, joinSandbox, runTransientSandbox } = await import('../../sandbox/instance/join.js');
  const folder = openFolder(context.statePath, options.keeps);
  if (!folder) return runTransientSandbox();
  const waiting = waitForLock(context, options.command);
  const { hosts, clock = 'real' } = options;
  return hosts ? hostSandbox(folder, { ...waiting, clock }) : joinSandbox(folder, waiting);
}

/** Makes the setup of an account, with the journal of the ground's state folder. */
export async function createSetup(
  ports: CliPorts,
  context: CommandContext,
  { command, ask, choices, keeps, temporary = false, patience }: SessionOptions,
  target: Target,
  { accountSid, authToken }: Credentials,
  phones: SandboxPhones | undefined,
): Promise<Setup> {
  const { values, sources } = context.loaded;
  if (keeps) openFolder(context.statePath, true);
  const client = await createTwilioClient(
    { accountSid, authToken },
    {
      target,
      environment: ports.environment,
      sleep: ports.sleep,
      progress: context.screen.progress,
      ...patience,
      ...(values.timeout !== undefined && { timeout: values.timeout * 1000 }),
    },
  );
  const { now, newId, sleep, environment } = ports;
  return {
    command,
    target: target.kind,
    client,
    authToken,
    settings: values,
    sources,
    choices,
    journal: openJournal(join(context.statePath, 'journal.jsonl'), {
      target: target.kind,
      accountSid,
      temporary,
      now,
      newId,
    }),
    envPath: context.envPath,
    checkout: context.checkout,
    backups: join(context.statePath, 'backups'),
    environment,
    phones,
    prompts: ask,
    output: context.screen,
    sleep,
    now,
    facts: {},
    warnings: [],
  };
}

function openFolder(path: string, make: boolean): StateFolder | undefined {
  return make ? openStateFolder(path) : findStateFolder(path);
}

function otherSandbox(sid: string, statePath: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: 'use the sandbox',
    reason: `${sid} is an account of another sandbox than the one in ${statePath}`,
    tryNext: ['leave TWILIO_ACCOUNT_SID and --account-sid out', '--state-dir PATH of the other sandbox'],
  });
}
