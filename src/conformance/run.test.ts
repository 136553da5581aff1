// Runs the behaviours against the sandbox, and compares it with what Twilio documents.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BEHAVIOURS } from './behaviours/behaviours.js';
import { runConformance } from './run.js';
import { openSandboxSide } from './sandbox-side.js';

it('the sandbox behaves as Twilio documents, in every behaviour, and nothing of its account is recorded', async () => {
  const { side, close } = await openSandboxSide({ sleep, newId: () => crypto.randomUUID() });
  onTestFinished(close);
  const { results, recordings } = await runConformance(BEHAVIOURS, side, { kind: 'documentation' });
  const others = results.filter(({ outcome }) => outcome !== 'agrees');
  expect(others.map(({ id, reason, differences }) => ({ id, reason, differences }))).toEqual([]);
  // Nothing of the account is in what was recorded of all of them.
  const recorded = JSON.stringify(recordings);
  expect(recorded).not.toMatch(/[A-Z]{2}[0-9a-f]{32}|[0-9a-f]{32}|\+\d{7}|\d{10}|127\.0\.0\.1/);
  for (const own of [side.authToken, side.app.address, 'conformance.example.com'])
    expect(recorded).not.toContain(own);
});

describe('a behaviour', () => {
  it('has an id and a row of its own', () => {
    const rows = new Set(readFileSync('docs/fidelity.md', 'utf8').match(/^\| F[\d.]+ /gm) ?? []);
    expect(BEHAVIOURS.filter(({ row }) => !rows.has(`| ${row} `)).map(({ id, row }) => [id, row])).toEqual(
      [],
    );
    for (const key of ['id', 'row'] as const) {
      const values = BEHAVIOURS.map((one) => one[key]);
      expect(values.filter((value, index) => values.indexOf(value) !== index)).toEqual([]);
    }
  });

  it('buys nothing, and texts and calls nobody but the two numbers', () => {
    const requests = BEHAVIOURS.flatMap(({ id, cost, steps }) =>
      steps.flatMap((step) =>
        step.kind === 'request' && step.method === 'POST' ? [{ id, cost, ...step }] : [],
      ),
    );
    expect(requests.filter(({ path }) => path.includes('IncomingPhoneNumbers'))).toEqual([]);
    const paid = requests.filter(({ path }) => /^\/(Messages|Calls|OutgoingCallerIds)\.json$/.test(path));
    expect(paid.filter(({ cost }) => cost === undefined).map(({ id }) => id)).toEqual([]);
    const recipients = new Set(paid.map(({ form }) => form?.To ?? form?.PhoneNumber));
    // The others are no phone numbers: Twilio refuses them.
    expect([...recipients].toSorted()).toEqual(['', '+12223334444', 'my phone', '{a}', '{b}']);
  });

  it('says what it creates, so that it is removed', () => {
    const collections = /\/(Applications|Messages|Calls)\.json$|\/v1\/(Services)$/;
    const posts = BEHAVIOURS.flatMap(({ id, steps }) =>
      steps.flatMap((step) => (step.kind === 'request' && step.method === 'POST' ? [{ id, ...step }] : [])),
    );
    const silent = posts.filter(
      ({ path, creates, optsOut }) => collections.test(path) && creates === undefined && !optsOut,
    );
    expect(silent.map(({ id }) => id)).toEqual([]);
  });
});
