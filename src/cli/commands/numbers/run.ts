// `relay-phone numbers`: lists every number of the account, what it is for, and what it costs.
import { ExitCode } from '../../../errors.js';
import { describeNumbers, findServicesOrWarn, listAccountNumbers } from '../../../setup/numbers.js';
import { addPrices, formatPrice } from '../../../setup/price.js';
import type { NumbersReport } from '../../../setup/report.js';
import { NO_CHOICES } from '../../../setup/setup.js';
import { findTargetKind, openCommandContext } from '../../core/command-context.js';
import type { CliPorts } from '../../core/ports.js';
import { createRedactor } from '../../core/redact.js';
import type { Screen } from '../../core/screen.js';
import { openSession } from '../../core/session.js';
import type { NumbersFlags } from './command.js';
import { findServeMasks } from './masks.js';
import { describeConnections, describeNumber } from './number-lines.js';

/** Lists the numbers; changes nothing. */
export async function run(ports: CliPorts, flags: NumbersFlags): Promise<number> {
  const context = await openCommandContext(ports, flags);
  const redactor = createRedactor(flags.showNumbers ?? false);
  const kind = findTargetKind(context) ?? 'live';
  const session = await openSession(context, kind, {
    command: 'numbers',
    prompts: undefined,
    choices: NO_CHOICES,
    keeps: false,
  });
  try {
    const { setup } = session;
    const listed = await listAccountNumbers(setup);
    const { owners } = await findServeMasks(context, setup.warnings);
    const numbers = await describeNumbers(setup, listed, owners, await findServicesOrWarn(setup));
    const report: NumbersReport = redactor.document({
      command: 'numbers',
      target: setup.target,
      numbers,
      monthlyCost: addPrices(numbers.map(({ monthly }) => monthly)) ?? null,
      warnings: [...setup.warnings],
    });
    show(context.screen, report);
    context.screen.document(report);
    return ExitCode.done;
  } finally {
    await session.close();
  }
}

function show(screen: Screen, report: NumbersReport): void {
  const { numbers, warnings } = report;
  for (const number of numbers) {
    screen.line(describeNumber(number));
    for (const line of describeConnections(number)) screen.detail(line);
  }
  screen.line(summarize(report));
  for (const warning of warnings) screen.warn(warning);
}

/** Returns how many numbers there are, how many of them are not ours, and what they cost together. */
function summarize({ numbers, monthlyCost, target }: NumbersReport): string {
  if (numbers.length === 0) return 'The account has no number.';
  const others = numbers.filter(({ ours }) => !ours).length;
  const unpriced = numbers.filter(({ monthly }) => monthly === null).length;
  const parts = [
    numbers.length === 1 ? '1 number' : `${numbers.length} numbers`,
    ...(others > 0 ? [`${others} not ours`] : []),
    ...(monthlyCost ? [`${formatPrice(monthlyCost)} a month`] : []),
    ...(unpriced > 0 ? [`${unpriced} without a known price`] : []),
  ];
  return `Together: ${parts.join(', ')}${target === 'sandbox' ? ' (sandbox: no real money)' : ''}.`;
}
