// `relay-phone replay`: sends recorded webhooks to the app again.
import { ExitCode, findSystemCode, RelayPhoneError } from '../../errors.js';
import {
  type Exchange,
  type ExchangeSummary,
  findConversation,
  type NewExchange,
} from '../../gateway/exchanges/exchange.js';
import type { OpenedExchanges } from '../../gateway/open.js';
import type { Edits } from '../../gateway/replay/edit.js';
import { compareAnswers, type Difference, replay } from '../../gateway/replay/replay.js';
import { formatReplayReport, type ReplayReport } from '../../gateway/report.js';
import type { CliPorts } from '../context.js';
import { createView, readId, verifyExchangeFound, withExchanges } from '../exchanges.js';
import type { ReplayFlags } from '../flags.js';
import { type CommandContext, openCommandContext } from '../ground.js';
import { describeWhole } from '../terminal/exchange-line.js';

/** Seconds, as long as Twilio waits. */
const TIMEOUT = 15;

/** Sends one, or a conversation; `network` when the app gave no whole answer. */
export async function run(
  context: CliPorts,
  flags: ReplayFlags,
  [word = '']: readonly string[],
): Promise<number> {
  const id = readId(word, 'replay');
  const set = readSet(flags.set ?? []);
  const { publicUrl, authTokenFile, timeout } = flags;
  if (flags.to !== undefined) readOrigin('--to', flags.to);
  if (publicUrl !== undefined) readOrigin('--public-url', publicUrl);
  if (flags.toPath !== undefined && !flags.toPath.startsWith('/'))
    throw wrong('--to-path takes a path, such as /sms');
  const ground = await openCommandContext(context, {
    ...flags,
    ...(authTokenFile && { authTokenFile }),
    ...(timeout && { timeout }),
  });
  const authToken = flags.withoutSignature ? undefined : verifyToken(ground);
  const chosen = await choose(ground, id, flags.conversation ?? false);
  const resend = (one: Exchange) => {
    const { publicBase, app } = one.summary;
    const edits: Edits = {
      set,
      path: flags.toPath,
      authToken,
      publicBase: publicUrl === undefined ? publicBase : readOrigin('--public-url', publicUrl),
    };
    const to = flags.to === undefined ? app : readOrigin('--to', flags.to);
    const patience = (ground.loaded.values.timeout ?? TIMEOUT) * 1000;
    const known = ground.loaded.values.authToken;
    return replay(one, edits, { app: to, authToken: known, timeoutMs: patience, now: context.now });
  };
  return sendAll(context, ground, flags, chosen, resend);
}

async function sendAll(
  context: CliPorts,
  ground: CommandContext,
  flags: ReplayFlags,
  chosen: readonly Exchange[],
  resend: (one: Exchange) => ReturnType<typeof replay>,
): Promise<number> {
  const view = createView(flags.showNumbers ?? false);
  const replays: ReplayReport['replays'] = [];
  let error: string | null = null;
  let last: ExchangeSummary | undefined;
  for (const one of chosen) {
    if (last && !flags.fast) await waitAsLong(context, ground, one.summary.at - last.at);
    last = one.summary;
    const draft = await resend(one);
    const sent = await record(ground, draft);
    const difference = compareAnswers(one, sent);
    const report = view.document(formatReplayReport(one.summary.id, sent, difference));
    replays.push(report);
    for (const line of describeWhole(report.exchange)) ground.screen.line(line);
    ground.screen.line(describeDifference(one, difference));
    error ??= sent.summary.error;
  }
  ground.screen.document({ command: 'replay', replays } satisfies ReplayReport);
  return error === null ? ExitCode.done : ExitCode.network;
}

/** It was sent, whether that can be written down or not. */
async function record(ground: CommandContext, draft: NewExchange): Promise<Exchange> {
  try {
    return (await withExchanges(ground, 'replay', (exchanges) => exchanges.add(draft))) ?? draft;
  } catch (error) {
    ground.screen.warn(`it was sent, and could not be recorded (${findSystemCode(error) ?? String(error)})`);
    return draft;
  }
}

/** @throws RelayPhoneError `usage` when there is none, `needsUser` when not enough of it was kept. */
async function choose(ground: CommandContext, id: number, isConversation: boolean): Promise<Exchange[]> {
  const chosen = await withExchanges(ground, 'replay', async (exchanges) => {
    const one = verifyExchangeFound(await exchanges.find(id), id);
    return isConversation ? readConversation(exchanges, one) : [one];
  });
  const all = chosen ?? [verifyExchangeFound(undefined, id)];
  const cut = all.find(({ isRequestCut }) => isRequestCut);
  if (!cut) return all;
  throw new RelayPhoneError({
    kind: 'needsUser',
    task: `replay ${cut.summary.id}`,
    reason: 'only the beginning of its body was kept, or nothing, because it was refused',
    tryNext: ['relay-phone requests, for another one'],
  });
}

async function readConversation(exchanges: OpenedExchanges, one: Exchange): Promise<Exchange[]> {
  const { from, to } = one.summary;
  if (from === null || to === null) throw wrong('--conversation takes one that is between two numbers');
  const found = findConversation(one.summary, await exchanges.list({ number: from }));
  const whole = await Promise.all(found.map(({ id }) => exchanges.find(id)));
  return whole.filter((exchange) => exchange !== undefined);
}

async function waitAsLong(
  context: CliPorts,
  { screen }: CommandContext,
  milliseconds: number,
): Promise<void> {
  const progress = screen.progress(
    `the next one came ${(milliseconds / 1000).toFixed(1)} s later (--fast does not wait)`,
  );
  await context.sleep(Math.max(0, milliseconds)).finally(progress.end);
}

function describeDifference({ summary }: Exchange, { status, headers, body }: Difference): string {
  const parts = [
    ...(status ? [`status ${status[0] ?? 'none'} before, ${status[1] ?? 'none'} now`] : []),
    ...(headers.length > 0 ? [`headers ${headers.join(', ')}`] : []),
    ...(body ? ['another body'] : []),
  ];
  const result = parts.length === 0 ? 'the same as recorded' : parts.join('; ');
  return `Against ${summary.id}: ${result}.`;
}

function verifyToken({ loaded }: CommandContext): string {
  const { authToken } = loaded.values;
  if (authToken !== undefined) return authToken;
  throw new RelayPhoneError({
    kind: 'needsUser',
    task: 'sign the webhook anew',
    reason: 'there is no auth token',
    tryNext: [
      'set TWILIO_AUTH_TOKEN, in .env or in the environment; it is not sent anywhere',
      '--auth-token-file PATH',
      '--without-signature, to leave the signature out',
    ],
  });
}

function readSet(pairs: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw wrong('--set takes Name=value');
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

function readOrigin(flag: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.pathname === '/' && url.search === '') return url.origin;
  throw wrong(`${flag} takes an origin, such as http://127.0.0.1:8000`);
}

function wrong(reason: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: 'understand the command',
    reason,
    tryNext: ['relay-phone replay --help'],
  });
}
