// Shows a play: each step as it ends, and when one failed what was there instead and how it came to that.
import type { SandboxEvent } from '../../../sandbox/platform/events/event.js';
import type { PlayedStep } from '../../../scenarios/ports.js';
import type { Screen } from '../../core/screen.js';
import { describeHop } from '../sandbox/event-line.js';

/** How many of the last hops are shown. */
const HOPS = 40;
const INDENT = '        ';

/** Shows who has which number. */
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

/** Shows what led to a failure. */
export function showHops(screen: Screen, hops: readonly SandboxEvent[]): void {
  if (hops.length === 0) return;
  const left = hops.length - HOPS;
  screen.line(`${INDENT}What happened since somebody last did something:`);
  if (left > 0) screen.line(`${INDENT}  … ${left} before these`);
  for (const hop of hops.slice(-HOPS)) screen.line(`${INDENT}  ${describeHop(hop)}`);
}
