// `relay-phone replay`: sends recorded webhooks to the app again.
import { ExitCode, findSystemCode, RelayPhoneError } from '../../../errors.js';
import { compareAnswers } from '../../../exchanges/compare.js';
import {
  type Exchange,
  type ExchangeSummary,
  findConversation,
  type NewExchange,
  SOCKET_KIND,
} from '../../../exchanges/exchange.js';
import { formatFullExchange } from '../../../exchanges/format.js';
import type { OpenedExchanges } from '../../../gateway/open.js';
import { type GatewayEdits, replayExchange } from '../../../gateway/replay/replay.js';
import { formatReplayReport, type ReplayReport } from '../../../gateway/report.js';
import { verifyResolved } from '../../../settings/unresolved.js';
import { type CommandContext, openCommandContext } from '../../core/command-context.js';
import type { CliPorts } from '../../core/ports.js';
import { createRedactor } from '../../core/redact.js';
import { verifyExchangeFound, withExchanges } from '../requests/exchanges.js';
import type { ReplayFlags } from './command.js';
import { showReplay } from './show.js';

/** As long as Twilio waits for an answer. */
const TIMEOUT_SECONDS = 15;

/** Sends one webhook or a conversation; exit code 5 if the app gave no complete answer. */
export async function run(ports: CliPorts, flags: ReplayFlags): Promise<number> {
  const context = await openCommandContext(ports, flags);
  const { values } = context.loaded;
  const authToken = flags.withoutSignature ? undefined : verifyToken(context);
  const chosen = await choose(context, flags.id, flags.conversation ?? false);
  const resend = (one: Exchange) => {
    const { publicBase, app } = one.summary;
    const edits: GatewayEdits = {
      set: new Map(flags.set),
      path: flags.toPath,
      authToken,
      publicBase: flags.publicUrl ?? publicBase,
    };
    return replayExchange(one, edits, {
      app: flags.to ?? app,
      authToken: values.authToken,
      timeoutMs: (values.timeout ?? TIMEOUT_SECONDS) * 1000,
      now: ports.now,
    });
  };
  return sendAll(context, flags, chosen, resend);
}

async function sendAll(
  context: CommandContext,
  flags: ReplayFlags,
  chosen: readonly Exchange[],
  resend: (one: Exchange) => ReturnType<typeof replayExchange>,
): Promise<number> {
  const redactor = createRedactor(flags.showNumbers ?? false);
  const replays: ReplayReport['replays'] = [];
  let error: string | null = null;
  let last: ExchangeSummary | undefined;
  for (const one of chosen) {
    if (last && !flags.fast) await waitBetween(context, one.summary.at - last.at);
    last = one.summary;
    const sent = await record(context, await resend(one));
    const difference = await compareAnswers(one, sent);
    const report = redactor.document(await formatReplayReport(one.summary.id, sent, difference));
    replays.push(report);
    const before = redactor.document(await formatFullExchange(one));
    showReplay(context.screen, report, before, flags.headers ?? false);
    error ??= sent.summary.error;
  }
  context.screen.document({ command: 'replay', replays } satisfies ReplayReport);
  return error === null ? ExitCode.done : ExitCode.network;
}

/** Records what was sent. A failure to record is only a warning: the webhook was sent. */
async function record(context: CommandContext, sent: NewExchange): Promise<Exchange> {
  try {
    return (await withExchanges(context, 'replay', (exchanges) => exchanges.add(sent))) ?? sent;
  } catch (error) {
    context.screen.warn(
      `the webhook was sent but could not be recorded (${findSystemCode(error) ?? String(error)})`,
    );
    return sent;
  }
}

/** @throws RelayPhoneError `usage` if it is not recorded, `needsUser` if it cannot be sent as it was. */
async function choose(context: CommandContext, id: number, isConversation: boolean): Promise<Exchange[]> {
  const chosen = await withExchanges(context, 'replay', async (exchanges) => {
    const one = verifyExchangeFound(await exchanges.find(id), id);
    return isConversation ? readConversation(exchanges, one) : [one];
  });
  const all = chosen ?? [verifyExchangeFound(undefined, id)];
  for (const { summary, isRequestCut } of all) {
    if (summary.kind === SOCKET_KIND)
      throw notReplayable(summary, 'a WebSocket is recorded without its messages');
    if (isRequestCut) {
      const reason = 'its body was not kept completely: it was too long, or the request was refused';
      throw notReplayable(summary, reason);
    }
  }
  return all;
}

function notReplayable({ id }: ExchangeSummary, reason: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `replay ${id}`,
    reason,
    tryNext: ['relay-phone requests, to choose another one'],
  });
}

async function readConversation(exchanges: OpenedExchanges, one: Exchange): Promise<Exchange[]> {
  const { from, to } = one.summary;
  if (from === null || to === null) throw noConversation();
  const found = findConversation(one.summary, await exchanges.list({ number: from }));
  const whole = await Promise.all(found.map(({ id }) => exchanges.find(id)));
  return whole.filter((exchange) => exchange !== undefined);
}

async function waitBetween({ ports, screen }: CommandContext, waitMs: number): Promise<void> {
  const progress = screen.progress(
    `the next webhook came ${(waitMs / 1000).toFixed(1)} s later (--fast does not wait)`,
  );
  await ports.sleep(Math.max(0, waitMs)).finally(progress.end);
}

function verifyToken({ loaded, envPath }: CommandContext): string {
  verifyResolved(loaded, { command: 'replay', envPath }, (name) => name === 'authToken');
  const { authToken } = loaded.values;
  if (authToken !== undefined) return authToken;
  throw new RelayPhoneError({
    kind: 'needsUser',
    task: 'sign the webhook',
    reason: 'there is no auth token',
    tryNext: [
      'set TWILIO_AUTH_TOKEN in .env or in the environment; it is not sent anywhere',
      '--auth-token-file PATH',
      '--without-signature, to leave the signature out',
    ],
  });
}

function noConversation(): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: 'understand the command',
    reason: '--conversation takes a webhook between two numbers',
    tryNext: ['relay-phone replay --help'],
  });
}
