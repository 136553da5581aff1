// `relay-phone requests`: shows the webhooks that came through the tunnel.
import { setTimeout as sleep } from 'node:timers/promises';
import { ExitCode } from '../../../errors.js';
import { type ExchangeFilter, type ExchangeSummary, isMatch } from '../../../exchanges/exchange.js';
import { formatExchangeReport, formatFullExchange } from '../../../exchanges/format.js';
import type { FollowStart } from '../../../gateway/follow.js';
import { findRunningGateway } from '../../../gateway/open.js';
import type { RequestReport, RequestsReport } from '../../../gateway/report.js';
import { type CommandContext, openCommandContext } from '../../core/command-context.js';
import type { CliPorts } from '../../core/ports.js';
import { createRedactor, type Redactor } from '../../core/redact.js';
import { resolveTime } from '../../core/values.js';
import type { RequestsFlags } from './command.js';
import { describeColumns, describeFully, showExchange } from './exchange-lines.js';
import { verifyExchangeFound, withExchanges } from './exchanges.js';

/** How often `--follow` looks for a running tunnel. */
const POLL_INTERVAL_MS = 300;

/** Shows one webhook in full, the newest ones, or new ones as they arrive. */
export async function run(ports: CliPorts, flags: RequestsFlags): Promise<number> {
  const context = await openCommandContext(ports, flags);
  const redactor = createRedactor(flags.showNumbers ?? false);
  const filter = createFilter(flags, ports.now());
  if (flags.id !== undefined) await showOne(context, redactor, flags.id);
  else if (flags.follow) await follow(context, redactor, filter);
  else await showList(context, redactor, filter);
  return ExitCode.done;
}

async function showOne(context: CommandContext, redactor: Redactor, id: number): Promise<void> {
  const found = await withExchanges(context, 'requests', (exchanges) => exchanges.find(id));
  const report: RequestReport = {
    command: 'requests',
    exchange: redactor.document(await formatFullExchange(verifyExchangeFound(found, id))),
  };
  for (const line of describeFully(report.exchange)) context.screen.line(line);
  context.screen.document(report);
}

async function showList(context: CommandContext, redactor: Redactor, filter: ExchangeFilter): Promise<void> {
  const found = (await withExchanges(context, 'requests', (exchanges) => exchanges.list(filter))) ?? [];
  const report: RequestsReport = {
    command: 'requests',
    exchanges: found.map((summary) => redactor.document(formatExchangeReport(summary))),
  };
  const { screen } = context;
  if (found.length === 0) screen.line(`No matching webhook is recorded in ${context.state.path}.`);
  else screen.rows([describeColumns(screen.layout)]);
  // The newest one last, next to the prompt.
  for (const exchange of report.exchanges.toReversed()) showExchange(screen, exchange);
  screen.document(report);
}

/** Waits for a tunnel, and for the next one when it ends, until Ctrl-C or a closed pipe. */
async function follow(context: CommandContext, redactor: Redactor, filter: ExchangeFilter): Promise<void> {
  const { ports, screen, state } = context;
  const ending = new AbortController();
  const end = () => ending.abort();
  ports.onInterrupt(async () => end());
  ports.stdout.on('error', end);
  const show = (summary: ExchangeSummary) => {
    if (!isMatch(summary, { ...filter, refused: filter.refused ?? summary.refusal !== null })) return;
    const report = redactor.document(formatExchangeReport(summary));
    showExchange(screen, report);
    screen.record(report);
  };
  const onGap = (missed: number | null) =>
    screen.line(
      missed === null
        ? 'The recorded webhooks were removed; these are new ones.'
        : `${missed} webhooks are missing here: they are no longer kept.`,
    );
  let since: FollowStart = 'now';
  for (let shown = ''; !ending.signal.aborted; ) {
    const folder = state.find();
    const running = folder && findRunningGateway(folder);
    const status = running
      ? `Following the tunnel of ${state.path}. Ctrl-C ends this.`
      : 'Waiting for a tunnel.';
    if (status !== shown) screen.line(status);
    shown = status;
    // After a lost connection, or with the next tunnel, it goes on where it was.
    if (running) since = await running.follow(since, { onSummary: show, onGap }, ending.signal);
    await sleep(POLL_INTERVAL_MS, undefined, { signal: ending.signal }).catch(() => undefined);
  }
}

/** @param now milliseconds since 1970 */
function createFilter(flags: RequestsFlags, now: number): ExchangeFilter {
  const { path, status, sid, number, since, failed, refused, limit } = flags;
  const from = since && resolveTime(since, now);
  return { path, status, sid, number, failed, refused, since: from, limit };
}
