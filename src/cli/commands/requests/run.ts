// `relay-phone requests`: the webhooks that came through the tunnel.
import { setTimeout as sleep } from 'node:timers/promises';
import { ExitCode } from '../../../errors.js';
import { type ExchangeFilter, type ExchangeSummary, isMatch } from '../../../gateway/exchanges/exchange.js';
import { findRunningGateway } from '../../../gateway/open.js';
import {
  formatExchangeReport,
  formatFullExchange,
  type RequestReport,
  type RequestsReport,
} from '../../../gateway/report.js';
import { findStateFolder } from '../../../state/folder.js';
import { type CommandContext, openCommandContext } from '../../core/command-context.js';
import type { CliPorts } from '../../core/ports.js';
import type { RequestsFlags } from './command.js';
import { COLUMNS, describeExchange, describeWhole } from './exchange-lines.js';
import { createView, verifyExchangeFound, withExchanges } from './exchanges.js';

/** Milliseconds after which it is looked again whether a tunnel runs. */
const LOOK = 300;

/** Shows one in full, those that come, or the newest. */
export async function run(ports: CliPorts, flags: RequestsFlags): Promise<number> {
  const { id } = flags;
  const filter = createFilter(flags, ports.now());
  const context = await openCommandContext(ports, flags);
  const view = createView(flags.showNumbers ?? false);
  if (id !== undefined) await showOne(context, view, id);
  else if (flags.follow) await follow(ports, context, view, filter);
  else await showList(context, view, filter);
  return ExitCode.done;
}

type View = ReturnType<typeof createView>;

async function showOne(context: CommandContext, view: View, id: number): Promise<void> {
  const found = await withExchanges(context, 'requests', (exchanges) => exchanges.find(id));
  const report: RequestReport = {
    command: 'requests',
    exchange: view.document(formatFullExchange(verifyExchangeFound(found, id))),
  };
  for (const line of describeWhole(report.exchange)) context.screen.line(line);
  context.screen.document(report);
}

async function showList(context: CommandContext, view: View, filter: ExchangeFilter): Promise<void> {
  const found = (await withExchanges(context, 'requests', (exchanges) => exchanges.list(filter))) ?? [];
  const report: RequestsReport = {
    command: 'requests',
    exchanges: found.map((summary) => view.document(formatExchangeReport(summary))),
  };
  const { screen } = context;
  if (found.length === 0) screen.line(`Nothing like that is recorded in ${context.statePath}.`);
  else screen.line(COLUMNS);
  // The newest last, where the eye is.
  for (const exchange of report.exchanges.toReversed()) screen.line(describeExchange(exchange));
  screen.document(report);
}

/** Waits for a tunnel, and for the next one when it ends, until it is interrupted or nobody reads any more. */
async function follow(
  ports: CliPorts,
  context: CommandContext,
  view: View,
  filter: ExchangeFilter,
): Promise<void> {
  const { screen, statePath } = context;
  const ending = new AbortController();
  const end = () => ending.abort();
  ports.onInterrupt(async () => end());
  ports.stdout.on('error', end);
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

function createFilter(flags: RequestsFlags, now: number): ExchangeFilter {
  const { path, status, sid, number, since, failed, refused, limit } = flags;
  const from = since && ('at' in since ? since.at : now - since.ageMs);
  return { path, status, sid, number, failed, refused, since: from, limit };
}
