// `relay-phone requests clear`: removes recorded requests for good, while a tunnel runs or not.
import { ExitCode } from '../../../../errors.js';
import type { OpenedExchanges } from '../../../../gateway/open.js';
import { openCommandContext } from '../../../core/command-context.js';
import type { CliPorts } from '../../../core/ports.js';
import { findPrompts, verifyConfirmed } from '../../../core/prompts.js';
import { withExchanges } from '../exchanges.js';
import type { RequestsClearFlags } from './command.js';
import type { RequestsClearReport } from './report.js';

/** A limit above the number of exchanges that are ever kept. */
const ALL = 1_000_000;

/** Removes them after a question. */
export async function run(ports: CliPorts, flags: RequestsClearFlags): Promise<number> {
  const context = await openCommandContext(ports, flags);
  const { screen } = context;
  const now = ports.now();
  // A clock that was set back makes requests of the future.
  const before = flags.older === undefined ? Number.MAX_SAFE_INTEGER : now - flags.older;
  const removed =
    (await withExchanges(context, 'requests clear', async (exchanges) => {
      const count = await countBefore(exchanges, before);
      if (count === 0) return 0;
      if (!flags.yes) await agree(ports, count);
      return exchanges.remove(before);
    })) ?? 0;
  if (removed > 0) screen.done(`removed ${describeCount(removed)}`);
  else
    screen.line(
      `No ${flags.older === undefined ? '' : 'older '}request is recorded in ${context.state.path}.`,
    );
  const report: RequestsClearReport = {
    command: 'requests clear',
    removed,
    before: flags.older === undefined ? null : new Date(before).toISOString(),
  };
  screen.document(report);
  return ExitCode.done;
}

async function countBefore(exchanges: OpenedExchanges, before: number): Promise<number> {
  const lists = await Promise.all([false, true].map((refused) => exchanges.list({ refused, limit: ALL })));
  return lists.flat().filter(({ at }) => at < before).length;
}

async function agree(ports: CliPorts, count: number): Promise<void> {
  await verifyConfirmed(findPrompts(ports), `Remove ${describeCount(count)} for good?`, {
    task: `remove ${describeCount(count)}`,
    tryNext: ['relay-phone requests clear --yes'],
  });
}

function describeCount(count: number): string {
  return count === 1 ? '1 recorded request' : `${count} recorded requests`;
}
