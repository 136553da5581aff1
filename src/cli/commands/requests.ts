// `relay-phone requests`: the webhooks that came through the tunnel.
import { setTimeout as sleep } from 'node:timers/promises';
import { findDurationMs } from '../../duration.js';
import { ExitCode, RelayPhoneError } from '../../errors.js';
import { type ExchangeFilter, type ExchangeSummary, isMatch } from '../../gateway/exchanges/exchange.js';
import { findRunningGateway } from '../../gateway/open.js';
import {
  formatExchangeReport,
  formatFullExchange,
  type RequestReport,
  type RequestsReport,
} from '../../gateway/report.js';
import { findStateFolder } from '../../state/folder.js';
import type { CliPorts } from '../context.js';
import { createView, readId, verifyExchangeFound, withExchanges } from '../exchanges.js';
import type { RequestsFlags } from '../flags.js';
import { type CommandContext, openCommandContext } from '../ground.js';
import { COLUMNS, describeExchange, describeWhole } from '../terminal/exchange-line.js';

/** Milliseconds after which it is looked again whether a tunnel runs. */
const LOOK = 300;

/** Shows one in full, those that come, or the newest. */
export async function run(
  context: CliPorts,
  flags: RequestsFlags,
  words: readonly string[],
): Promise<number> {
  const [word] = words;
  const id = word === undefined ? undefined : readId(word, 'requests');
  const filter = readFilter(flags, context.now());
  const ground = await openCommandContext(context, flags);
  const view = createView(flags.showNumbers ?? false);
  if (id !== undefined) await showOne(ground, view, id);
  else if (flags.follow) await follow(context, ground, view, filter);
  else await showList(ground, view, filter);
  return ExitCode.done;
}

type View = ReturnType<typeof createView>;

async function showOne(ground: CommandContext, view: View, id: number): Promise<void> {
  const found = await withExchanges(ground, 'requests', (exchanges) => exchanges.find(id));
  const report: RequestReport = {
    command: 'requests',
    exchange: view.document(formatFullExchange(verifyExchangeFound(found, id))),
  };
  for (const line of describeWhole(report.exchange)) ground.screen.line(line);
  ground.screen.document(report);
}

async function showList(ground: CommandContext, view: View, filter: ExchangeFilter): Promise<void> {
  const found = (await withExchanges(ground, 'requests', (exchanges) => exchanges.list(filter))) ?? [];
  const report: RequestsReport = {
    command: 'requests',
    exchanges: found.map((summary) => view.document(formatExchangeReport(summary))),
  };
  const { screen } = ground;
  if (found.length === 0) screen.line(`Nothing like that is recorded in ${ground.statePath}.`);
  else screen.line(COLUMNS);
  // The newest last, where the eye is.
  for (const exchange of report.exchanges.toReversed()) screen.line(describeExchange(exchange));
  screen.document(report);
}

/** Waits for a tunnel, and for the next one when it ends, until it is interrupted or nobody reads any more. */
async function follow(
  context: CliPorts,
  ground: CommandContext,
  view: View,
  filter: ExchangeFilter,
): Promise<void> {
  const { screen, statePath } = ground;
  const ending = new AbortController();
  const end = () => ending.abort();
  context.onInterrupt(async () => end());
  context.stdout.on('error', end);
  const show = (summary: ExchangeSummary) => {
    if (!isMatch(summary, { ...filter, refused: filter.refused ?? summary.refusal !== null })) return;
    const report = view.document(formatExchangeReport(summary));
    screen.line(describeExchange(report));
    screen.record(report);
  };
  for (let told = ''; !ending.signal.aborted; ) {
    const folder = findStateFolder(statePath);
    const running = folder && findRunningGateway(folder);
    const state = running
      ? `Following the tunnel of ${statePath}. Ctrl-C ends this.`
      : 'Waiting for a tunnel.';
    if (state !== told) screen.line(state);
    told = state;
    await running?.follow(show, ending.signal);
    await sleep(LOOK, undefined, { signal: ending.signal }).catch(() => undefined);
  }
}

function readFilter(flags: RequestsFlags, now: number): ExchangeFilter {
  const { path, status, sid, number, since, failed, refused, limit } = flags;
  if (!/^\d{1,6}$/.test(limit)) throw wrong('--limit takes a number');
  if (status !== undefined && !/^[1-5](\d\d|xx)$/.test(status)) throw wrong('--status takes 404 or 4xx');
  return {
    path,
    status,
    sid,
    number,
    failed,
    refused,
    since: since === undefined ? undefined : readSince(since, now),
    limit: Number(limit),
  };
}

function readSince(text: string, now: number): number {
  const age = findDurationMs(text);
  if (age !== undefined) return now - age;
  const at = Date.parse(text);
  if (!Number.isNaN(at)) return at;
  throw wrong('--since takes 30s, 10m, 2h, 1d or an ISO 8601 time');
}

function wrong(reason: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: 'understand the command',
    reason,
    tryNext: ['relay-phone requests --help'],
  });
}
