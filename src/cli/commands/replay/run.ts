// `relay-phone replay`: sends recorded webhooks to the app again.
import { ExitCode, findSystemCode, RelayPhoneError } from '../../../errors.js';
import {
  type AnswerDifference,
  compareAnswers,
  type Exchange,
  type ExchangeSummary,
  findConversation,
  type NewExchange,
} from '../../../gateway/exchanges/exchange.js';
import type { OpenedExchanges } from '../../../gateway/open.js';
import type { Edits } from '../../../gateway/replay/edit.js';
import { replayExchange } from '../../../gateway/replay/replay.js';
import { formatReplayReport, type ReplayReport } from '../../../gateway/report.js';
import { type CommandContext, openCommandContext } from '../../core/command-context.js';
import type { CliPorts } from '../../core/ports.js';
import { describeWhole } from '../requests/exchange-lines.js';
import { createView, verifyExchangeFound, withExchanges } from '../requests/exchanges.js';
import type { ReplayFlags } from './command.js';

/** Seconds, as long as Twilio waits. */
const TIMEOUT = 15;

/** Sends one, or a conversation; `network` when the app gave no whole answer. */
export async function run(ports: CliPorts, flags: ReplayFlags): Promise<number> {
  const context = await openCommandContext(ports, flags);
  const { values } = context.loaded;
  const authToken = flags.withoutSignature ? undefined : verifyToken(context);
  const chosen = await choose(context, flags.id, flags.conversation ?? false);
  const resend = (one: Exchange) => {
    const { publicBase, app } = one.summary;
    const edits: Edits = {
      set: new Map(flags.set),
      path: flags.toPath,
      authToken,
      publicBase: flags.publicUrl ?? publicBase,
    };
    const patience = (values.timeout ?? TIMEOUT) * 1000;
    return replayExchange(one, edits, {
      app: flags.to ?? app,
      authToken: values.authToken,
      timeoutMs: patience,
      now: ports.now,
    });
  };
  return sendAll(ports, context, flags, chosen, resend);
}

async function sendAll(
  ports: CliPorts,
  context: CommandContext,
  flags: ReplayFlags,
  chosen: readonly Exchange[],
  resend: (one: Exchange) => ReturnType<typeof replayExchange>,
): Promise<number> {
  const view = createView(flags.showNumbers ?? false);
  const replays: ReplayReport['replays'] = [];
  let error: string | null = null;
  let last: ExchangeSummary | undefined;
  for (const one of chosen) {
    if (last && !flags.fast) await waitAsLong(ports, context, one.summary.at - last.at);
    last = one.summary;
    const draft = await resend(one);
    const sent = await record(context, draft);
    const difference = compareAnswers(one, sent);
    const report = view.document(formatReplayReport(one.summary.id, sent, difference));
    replays.push(report);
    for (const line of describeWhole(report.exchange)) context.screen.line(line);
    context.screen.line(describeDifference(one, difference));
    error ??= sent.summary.error;
  }
  context.screen.document({ command: 'replay', replays } satisfies ReplayReport);
  return error === null ? ExitCode.done : ExitCode.network;
}

/** It was sent, whether that can be written down or not. */
async function record(context: CommandContext, draft: NewExchange): Promise<Exchange> {
  try {
    return (await withExchanges(context, 'replay', (exchanges) => exchanges.add(draft))) ?? draft;
  } catch (error) {
    context.screen.warn(`it was sent, and could not be recorded (${findSystemCode(error) ?? String(error)})`);
    return draft;
  }
}

/** @throws RelayPhoneError `usage` when there is none, `needsUser` when not enough of it was kept. */
async function choose(context: CommandContext, id: number, isConversation: boolean): Promise<Exchange[]> {
  const chosen = await withExchanges(context, 'replay', async (exchanges) => {
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

async function waitAsLong(ports: CliPorts, { screen }: CommandContext, milliseconds: number): Promise<void> {
  const progress = screen.progress(
    `the next one came ${(milliseconds / 1000).toFixed(1)} s later (--fast does not wait)`,
  );
  await ports.sleep(Math.max(0, milliseconds)).finally(progress.end);
}

function describeDifference({ summary }: Exchange, { status, headers, body }: AnswerDifference): string {
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

function wrong(reason: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: 'understand the command',
    reason,
    tryNext: ['relay-phone replay --help'],
  });
}
