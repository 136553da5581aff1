// Expects calls in a phone's call log, and what was heard in them.

import type { ShownCall } from '../control.js';
import { createMatcher } from '../matching.js';
import type { Unmet } from '../ports.js';
import { listCalls, type Scene, waitForFirst, waitUntilQuiet } from '../scene.js';
import type { StepContent } from '../story.js';
import { EXPECTATION_TIMEOUT_MS, QUIET, SHOWN } from './patience.js';

/** The phone has a call that has come so far; without a state, one that came in. */
export async function expectCall(
  scene: Scene,
  { 'expect call': on, from, state, within = EXPECTATION_TIMEOUT_MS }: StepContent<'expect call'>,
): Promise<Unmet | undefined> {
  const phone = scene.cast.numberOf(on);
  const shown = from && scene.cast.numberOf(from);
  let calls: readonly ShownCall[] = [];
  const found = await waitForFirst(scene, within, async () => {
    calls = await listCalls(scene, phone);
    return calls.find(
      (call) =>
        (shown === undefined ? state !== undefined || call.direction === 'incoming' : isFrom(call, shown)) &&
        (state === undefined || call.state === state),
    );
  });
  if (found) return undefined;
  const parts = ['a call', from && `from ${from}`, state && `that is ${state}`, `on ${on}`];
  return { expected: parts.filter(Boolean).join(' '), found: describeCalls(scene, on, calls) };
}

/** No call comes in until the sandbox has come to rest. */
export async function expectNoCall(
  scene: Scene,
  { 'expect no call': on, from, within = QUIET }: StepContent<'expect no call'>,
): Promise<Unmet | undefined> {
  const phone = scene.cast.numberOf(on);
  const shown = from && scene.cast.numberOf(from);
  const found = await waitUntilQuiet(scene, within, async () =>
    (await listCalls(scene, phone)).find((call) =>
      shown === undefined ? call.direction === 'incoming' : isFrom(call, shown),
    ),
  );
  if (!found) return undefined;
  return {
    expected: `no call on ${on}${from ? ` from ${from}` : ''}`,
    found: describeCalls(scene, on, [found]),
  };
}

/** The phone hears, or has heard, words, a file or keys in a call of the story. */
export async function expectHeard(
  scene: Scene,
  { 'expect heard': on, within = EXPECTATION_TIMEOUT_MS, ...wanted }: StepContent<'expect heard'>,
): Promise<Unmet | undefined> {
  const phone = scene.cast.numberOf(on);
  const matcher = createMatcher(wanted, scene.cast);
  let heard: readonly string[] = [];
  const found = await waitForFirst(scene, within, async () => {
    heard = (await listCalls(scene, phone)).flatMap((call) => call.heard.map(({ content }) => content));
    return heard.find(matcher.matches);
  });
  if (found !== undefined) return undefined;
  const instead = [...heard].sort((a, b) => matcher.distance(a) - matcher.distance(b)).slice(0, SHOWN);
  return {
    expected: `${on} hears something ${matcher.description}`.trim(),
    found:
      instead.length === 0
        ? [`${on} has heard nothing`]
        : instead.map((words) => `${on} has heard ${matcher.compare(words)}`),
  };
}

function isFrom({ direction, shown }: ShownCall, number: string): boolean {
  return direction === 'incoming' && shown === number;
}

function describeCalls({ cast }: Scene, on: string, calls: readonly ShownCall[]): string[] {
  if (calls.length === 0) return [`${on} has no call`];
  return calls.map(({ direction, shown, state }) => {
    const other = cast.nameOf(shown);
    return `${on} has a call ${direction === 'incoming' ? `from ${other}` : `to ${other}`} that is ${state}`;
  });
}
