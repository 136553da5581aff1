// Proves the comparison: a second sandbox behind TLS stands in for an account, with 86 deliberate differences, one at a time.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BEHAVIOURS, selectBehaviours } from '../../src/conformance/behaviours/behaviours.js';
import { runConformance } from '../../src/conformance/run.js';
import { runBehaviour } from '../../src/conformance/run-behaviour.js';
import { type OpenSide, openSandboxSide } from '../../src/conformance/sandbox-side.js';
import { DELIBERATE_DIFFERENCES } from '../support/conformance/differences.js';
import { openStandIn, type StandInEdits } from '../support/conformance/stand-in.js';

/** What never comes is waited for as long. */
const WAIT_MS = 5000;
/** What is held back comes before that. */
const DELAYED_MS = 30_000;
/** The figure in docs/conformance.md is of CONFORMANCE_RUNS=20, which takes five minutes. */
const RUNS = Number(process.env.CONFORMANCE_RUNS ?? 4);

let sandbox: OpenSide;
let live: OpenSide;
let edits: StandInEdits = {};
beforeAll(async () => {
  sandbox = await openSandboxSide({ sleep, newId: () => crypto.randomUUID() });
  live = await openStandIn(() => edits, WAIT_MS);
});
afterAll(async () => {
  await sandbox.close();
  await live.close();
});

/** Compares the two sides while the stand-in has these differences. */
async function compare(names: readonly string[], next: StandInEdits, waitMs = WAIT_MS) {
  edits = next;
  const side = { ...live.side, waitMs };
  const run = (behaviour: (typeof BEHAVIOURS)[number]) => runBehaviour(side, behaviour);
  const { results } = await runConformance(selectBehaviours(names), sandbox.side, { kind: 'live', run });
  return results;
}

it('names each of 86 differences at the right field', async () => {
  expect(DELIBERATE_DIFFERENCES).toHaveLength(86);
  const missed: unknown[] = [];
  for (const { name, behaviour, edits: own, field, kind } of DELIBERATE_DIFFERENCES) {
    const [result] = await compare([behaviour], own, kind === 'delay' ? DELAYED_MS : WAIT_MS);
    const found = result?.differences.map((one) => `${one.field} ${one.kind}`) ?? [];
    if (!found.includes(`${field} ${kind}`)) missed.push({ name, outcome: result?.outcome, found });
  }
  expect(missed).toEqual([]);
}, 600_000);

describe('without a difference', () => {
  it(`raises no false alarm in ${RUNS} runs`, async () => {
    for (let count = 0; count < RUNS; count += 1) {
      const results = await compare([], {}, 60_000);
      expect(results.filter(({ outcome }) => outcome !== 'agrees')).toEqual([]);
    }
  }, 3_000_000);
});
