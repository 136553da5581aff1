// `relay-phone checkout status`: shows what a Relay checkout has for phones and what it lacks.
import { ExitCode } from '../../../../errors.js';
import { type FrontendState, inspectFrontend } from '../../../../firefox-relay/frontend.js';
import { askForTrust, type CheckoutRow, inspectCheckout } from '../../../../firefox-relay/inspect.js';
import type { CheckoutStatusReport } from '../../../../firefox-relay/report.js';
import type { CliPorts } from '../../../core/ports.js';
import type { Screen } from '../../../core/screen.js';
import { openCheckout } from '../open.js';
import type { CheckoutStatusFlags } from './command.js';

/** Shows every row; exit code 3 if something is missing. */
export async function run(ports: CliPorts, flags: CheckoutStatusFlags): Promise<number> {
  const { context, work } = await openCheckout(ports, flags, 'checkout status');
  const { screen } = context;
  await askForTrust(work);
  const waiting = screen.progress('inspecting the checkout');
  const rows = await inspectCheckout(work).finally(waiting.end);
  const ready = rows.every(({ ok }) => ok);
  screen.line(`Firefox Relay in ${work.checkout.path}`);
  for (const row of rows) show(screen, row);
  const frontend = inspectFrontend(work.checkout);
  showFrontend(screen, frontend);
  const report: CheckoutStatusReport = {
    command: 'checkout status',
    checkout: work.checkout.path,
    ready,
    frontend: { built: frontend.isBuilt, what: frontend.what, tryNext: [...frontend.tryNext] },
    rows: rows.map((row) => ({ ...row, tryNext: [...row.tryNext] })),
  };
  screen.line(ready ? 'Nothing is missing.' : 'Something is missing.');
  screen.document(report);
  return ready ? ExitCode.done : ExitCode.needsUser;
}

function show(screen: Screen, { id, ok, what, why, tryNext }: CheckoutRow): void {
  const text = `${id.padEnd(12)}  ${what}`;
  if (ok) screen.done(text);
  else if (ok === null) screen.line(`      ${text}`);
  else {
    screen.warn(text);
    screen.line(`        ${why}`);
    showTryNext(screen, tryNext);
  }
}

/** Phones work without it, so it is no warning. */
function showFrontend(screen: Screen, { isBuilt, what, tryNext }: FrontendState): void {
  const text = `${'frontend'.padEnd(12)}  ${what}`;
  if (isBuilt) screen.done(text);
  else screen.line(`      ${text}`);
  showTryNext(screen, tryNext);
}

function showTryNext(screen: Screen, tryNext: readonly string[]): void {
  for (const [index, step] of tryNext.entries())
    screen.line(`        ${index === 0 ? 'Try: ' : '     '}${step}`);
}
