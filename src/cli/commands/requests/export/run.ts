// `relay-phone requests export`: prints a recorded conversation as a story for `relay-phone play`.
import { ExitCode, RelayPhoneError } from '../../../../errors.js';
import { type Exchange, type ExchangeSummary, findConversation } from '../../../../exchanges/exchange.js';
import { formatFullExchange } from '../../../../exchanges/format.js';
import type { OpenedExchanges } from '../../../../gateway/open.js';
import type { RequestsExportReport } from '../../../../gateway/report.js';
import { findRecordedAction, type RecordedWebhook } from '../../../../scenarios/record/recorded-webhook.js';
import { writeStory } from '../../../../scenarios/record/write-story.js';
import { openCommandContext } from '../../../core/command-context.js';
import type { CliPorts } from '../../../core/ports.js';
import { readRecordedWebhook } from '../../../core/read-recorded-webhook.js';
import { printText } from '../../../core/screen.js';
import { exchangeNotFound, verifyExchangeFound, withExchanges } from '../exchanges.js';
import type { RequestsExportFlags } from './command.js';

/** A limit above the number of exchanges that are ever kept. */
const ALL = 1_000_000;

/** Prints the story on stdout. */
export async function run(ports: CliPorts, flags: RequestsExportFlags): Promise<number> {
  const { id } = flags;
  const context = await openCommandContext(ports, flags);
  const found = await withExchanges(context, 'requests export', (exchanges) =>
    collect(exchanges, id, flags.pair ?? false),
  );
  if (!found) throw exchangeNotFound(id);
  const { authToken, apiToken } = context.loaded.values;
  const story = writeStory({ ...found, secrets: [authToken ?? '', apiToken ?? ''] });
  if (story === undefined) throw noStory(id);
  if (!flags.json) printText(ports.stdout, story);
  context.screen.document({ command: 'requests export', story } satisfies RequestsExportReport);
  return ExitCode.done;
}

/** Returns the webhooks of the account's number in webhook `id`, or only those between it and the same phone. */
async function collect(exchanges: OpenedExchanges, id: number, isPair: boolean) {
  const one = verifyExchangeFound(await exchanges.find(id), id);
  const number = await numberOf(one);
  const summaries = await exchanges.list({ number, limit: ALL });
  const chosen = isPair ? findConversation(one.summary, summaries) : inOrder(summaries);
  const firsts = chosen.filter(({ attempt }) => attempt === 1);
  const webhooks: RecordedWebhook[] = [];
  for (const { id: next } of firsts) {
    const exchange = await exchanges.find(next);
    // The gateway may have dropped the oldest one meanwhile.
    if (exchange) webhooks.push(await toRecorded(exchange));
  }
  return { webhooks, number };
}

function inOrder(summaries: readonly ExchangeSummary[]): ExchangeSummary[] {
  return summaries.filter(({ replayOf }) => replayOf === null).sort((a, b) => a.at - b.at || a.id - b.id);
}

async function numberOf(one: Exchange): Promise<string> {
  const { from, to, kind, id } = one.summary;
  const number = findRecordedAction(await toRecorded(one))?.number ?? (kind.endsWith('_status') ? from : to);
  if (number === null) throw noStory(id);
  return number;
}

async function toRecorded(exchange: Exchange): Promise<RecordedWebhook> {
  return readRecordedWebhook(await formatFullExchange(exchange));
}

function noStory(id: number): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: `write a story of the recorded webhook ${id}`,
    reason: 'no phone texts or calls in the recorded conversation',
    tryNext: ['relay-phone requests, then export a webhook of inbound_sms or inbound_call'],
  });
}
