// Shows a play: each step as it ends, and for a failed step what was found instead and the events before it.
import type { SandboxEvent } from '../../../sandbox/platform/events/event.js';
import type { PlayedStep } from '../../../scenarios/ports.js';
import type { Screen } from '../../core/screen.js';
import { describeEvent } from '../sandbox/event-line.js';

/** How many hops are shown; the last ones. */
const MAX_HOPS = 40;
const INDENT = '        ';

/** Shows the number of each name in the story. */
export function showCast(screen: Screen, numbers: ReadonlyMap<string, string>): void {
  screen.line(`    ${[...numbers].map(([name, number]) => `${name} ${number}`).join(', ')}`);
}

/** Shows a step that has ended. */
export function showStep(screen: Screen, { line, words, outcome, duration, unmet }: PlayedStep): void {
  const text = `${String(line).padStart(3)}  ${words.replaceAll('\n', ' ')}  (${duration} ms)`;
  if (outcome === 'passed') screen.done(text);
  else screen.fault(text);
  if (!unmet) return;
  screen.line(`${INDENT}expected  ${unmet.expected}`);
  for (const [index, found] of unmet.found.entries())
    screen.line(`${INDENT}${index === 0 ? 'instead ' : '        '}  ${found}`);
}

/** Shows the events before a failure. */
export function showHops(screen: Screen, hops: readonly SandboxEvent[]): void {
  if (hops.length === 0) return;
  const left = hops.length - MAX_HOPS;
  screen.line(`${INDENT}What happened since the last step that did something:`);
  if (left > 0) screen.line(`${INDENT}  … ${left} earlier ones`);
  for (const hop of hops.slice(-MAX_HOPS)) screen.line(`${INDENT}  ${describeEvent(hop)}`);
}
