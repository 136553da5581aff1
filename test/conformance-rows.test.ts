// Behaviours of conformance that are only a part of what another test checks: each is a row of docs/fidelity.md of its own,
// so that a capture of Twilio raises no more than it shows.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BEHAVIOURS, selectBehaviours } from '../src/conformance/behaviours/behaviours.js';
import { runConformance } from '../src/conformance/run.js';
import { type OpenSide, openSandboxSide } from '../src/conformance/sandbox-side.js';

/** Their ids, and the evidence without a capture. New ones go to the end: the order numbers the rows. */
const PARTS: readonly (readonly [id: string, evidence: string])[] = [
  ['accounts/no-application', 'S'],
  ['calls/unknown', 'S'],
  ['voice/get-url', 'S'],
  ['voice/ended', 'S'],
  ['voice/redirected', 'S'],
  ['voice/deleted', 'S'],
  ['voice/recordings', 'S'],
  ['numbers/search-pattern', 'S'],
  ['numbers/unknown', 'S'],
  ['numbers/owned', 'S'],
  ['calls/owned-caller-id', 'S'],
  ['lookups/v1-national', 'S'],
  ['services/delete', 'S'],
  ['services/pool', 'S'],
  ['texts/rewrite', 'U'],
  ['texts/inbound-message', 'S'],
  ['texts/no-media', 'S'],
  ['texts/app-callback', 'S'],
  ['numbers/search-toll-free', 'S'],
  ['twiml-voice/verbs-in-order', 'S'],
  ['twiml-voice/gather-empty', 'S'],
  ['twiml-voice/gather-nothing', 'S'],
  ['twiml-voice/dial-invalid', 'S'],
  ['twiml-voice/dial-no-queue', 'S'],
  ['twiml-voice/sms-action', 'S'],
  ['twiml-voice/bad-verb', 'S'],
  ['voice/inbound-status', 'T'],
  ['twiml-voice/redirect', 'S'],
  ['voice/url', 'S'],
  ['twiml-texts/json', 'S'],
  ['twiml-texts/audio', 'S'],
  ['twiml-texts/no-xml', 'S'],
  ['twiml-texts/unclosed', 'S'],
  ['twiml-texts/line-first', 'S'],
  ['twiml-texts/root', 'S'],
  ['twiml-texts/lower-case', 'U'],
];

let sandbox: OpenSide;
beforeAll(async () => {
  sandbox = await openSandboxSide({ sleep, newId: () => crypto.randomUUID() });
});
afterAll(() => sandbox.close());

it.each(
  PARTS.map(
    ([id, evidence]) => [BEHAVIOURS.find((one) => one.id === id)?.title ?? id, evidence, id] as const,
  ),
)('%s [%s F651]', async (_title, _evidence, id) => {
  const row = `F651.${PARTS.findIndex(([one]) => one === id) + 1}`;
  const behaviours = selectBehaviours([id]);
  expect(behaviours.map((one) => one.row)).toEqual([row]);
  const { results } = await runConformance(behaviours, sandbox.side, { kind: 'documentation' });
  expect(results.map(({ outcome, differences }) => ({ outcome, differences }))).toEqual([
    { outcome: 'agrees', differences: [] },
  ]);
});
