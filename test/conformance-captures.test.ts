// The captures of Twilio that were given back: each is a test of the sandbox, and raises rows of docs/fidelity.md.
import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BEHAVIOURS } from '../src/conformance/behaviours/behaviours.js';
import { createCapture } from '../src/conformance/capture.js';
import { newestRecordings } from '../src/conformance/import.js';
import type { Capture } from '../src/conformance/report.js';
import { runConformance } from '../src/conformance/run.js';
import { openSandboxSide } from '../src/conformance/sandbox-side.js';
import { captureSchema, conformanceReportSchema } from '../src/reports.js';
import { setUpLive } from './support/conformance/live-scene.js';
import { formatPage, readBehaviours, readCapturedRows, readCaptures } from './support/fidelity.js';

it('the sandbox agrees with the newest capture of each behaviour of Twilio', async () => {
  expect(await findDifferences(readCaptures())).toEqual([]);
});

/** What the sandbox does otherwise than the newest captures. Twilio was slow on one day, which is no fault of the sandbox. */
async function findDifferences(captures: readonly Capture[]): Promise<string[]> {
  const newest = newestRecordings(captures);
  const behaviours = BEHAVIOURS.filter(({ id }) => newest.has(id));
  if (behaviours.length === 0) return [];
  const { side, close } = await openSandboxSide({ sleep, newId: () => crypto.randomUUID() });
  onTestFinished(close);
  const recordings = Object.fromEntries([...newest].map(([id, { recording }]) => [id, recording]));
  const { results } = await runConformance(behaviours, side, { kind: 'capture', recordings });
  return results.flatMap(({ id, differences }) =>
    differences
      .filter(({ kind }) => kind !== 'delay')
      .map(({ where, field }) => `${id} (captured ${newest.get(id)?.date}): ${where}, ${field}`),
  );
}

it('an older capture replaces no newer one, in whatever order they were imported', async () => {
  const { side, close } = await openSandboxSide({ sleep, newId: () => crypto.randomUUID() });
  onTestFinished(close);
  const behaviours = BEHAVIOURS.filter(({ id }) => id === 'paging/size-1001');
  const { recordings } = await runConformance(behaviours, side, { kind: 'documentation' });
  const newer = createCapture({ recordings, interrupted: false }, 'live', Date.UTC(2026, 10, 20));
  const changed = JSON.parse(JSON.stringify(recordings).replace('20007', '20008')) as typeof recordings;
  const older = createCapture({ recordings: changed, interrupted: false }, 'live', Date.UTC(2026, 9, 1));
  for (const captures of [
    [newer, older],
    [older, newer],
  ]) {
    expect(await findDifferences(captures)).toEqual([]);
    expect(readCapturedRows(captures).get('F196.3')).toBe('2026-11-20');
  }
  expect(await findDifferences([older])).toEqual([
    'paging/size-1001 (captured 2026-10-01): GET /Messages.json, body code',
  ]);
});

describe('conformance --import', () => {
  it('keeps a capture of an account in a checkout, and raises its rows with their date', async () => {
    const { workspace, run } = await setUpLive();
    await run(
      '--yes',
      '--capture',
      'twilio.json',
      '--only',
      'messages/attempt',
      '--only',
      'paging/size-1001',
    );
    const captured = captureSchema.parse(JSON.parse(workspace.read('twilio.json')));
    const outside = await workspace.run(['conformance', '--import', 'twilio.json']);
    expect(outside).toMatchObject({ code: 0, stdout: expect.stringContaining('2 agree, 0 differ') });
    mkdirSync(workspace.file('docs'));
    workspace.write('docs/fidelity.md', '');
    workspace.write('package.json', JSON.stringify({ name: 'relay-phone' }));
    for (let count = 0; count < 2; count += 1) {
      const kept = await workspace.run(['conformance', '--import', 'twilio.json', '--json']);
      const { regressionTest } = conformanceReportSchema.parse(JSON.parse(kept.stdout));
      expect(regressionTest).toBe(workspace.file(`test/captures/${captured.date}.json`));
    }
    const rows = readBehaviours();
    const page = formatPage(rows, readCapturedRows([captured]));
    expect(page).toMatch(new RegExp(`^\\| F196\\.3 \\| .* \\| R ${captured.date} \\|`, 'm'));
    // Until then nobody had published what Twilio does.
    expect(formatPage(rows, new Map())).toMatch(/^\| F502\.1 \| [^|]* \| `/m);
    expect(page).toMatch(new RegExp(`^\\| F502\\.1 \\| .* \\| R ${captured.date} \\|`, 'm'));
  });

  it('names the field at which the sandbox differs, and keeps no capture of a sandbox', async () => {
    const { workspace } = await setUpLive();
    await workspace.run(['conformance', '--capture', 'own.json', '--only', 'paging/size-1001']);
    workspace.write('other.json', workspace.read('own.json').replace('"code": 20007', '"code": 20008'));
    const ended = await workspace.run(['conformance', '--import', 'other.json']);
    expect(ended).toMatchObject({
      code: 6,
      stdout: expect.stringContaining('body code: the sandbox has 20007; the capture: 20008'),
    });
    expect(ended.stdout).toContain('no evidence about Twilio');
  });

  it('refuses a file that is no capture of this version, and says why', async () => {
    const { workspace } = await setUpLive();
    const capture = (more: object) =>
      JSON.stringify({ kind: 'relay-phone conformance capture', version: 1, of: 'live', ...more });
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    const whole = { relayPhone: '1', date: '2026-01-01' };
    const files: readonly (readonly [name: string, content: string, reason: string])[] = [
      ['other.json', '{"kind":"other"}', 'kind: '],
      ['text.json', 'no JSON \u001b[2J', 'it is not JSON'],
      ['deep.json', deep, 'nested too deeply'],
      ['large.json', ' '.repeat(33 * 1024 * 1024), 'larger than 32 MB'],
      ['later.json', capture({ version: 2 }), 'it has version 2 of the format'],
      [
        'shape.json',
        capture({ ...whole, recordings: { 'texts/sent': { requests: 1 } } }),
        'recordings.texts/sent',
      ],
      ['empty.json', capture({ ...whole, recordings: {} }), 'has no behaviours'],
      ['path.json', capture({ ...whole, date: '../../x', recordings: {} }), 'date: '],
      [
        'foreign.json',
        capture({
          ...whole,
          recordings: Object.fromEntries(
            ['../../x', 'constructor', '\u001b[31m'].map((id) => [
              id,
              { requests: [], webhooks: [], missing: {}, order: {} },
            ]),
          ),
        }).replace('"constructor"', '"__proto__"'),
        'only behaviours that this version does not have',
      ],
    ];
    for (const [name, content, reason] of files) {
      workspace.write(name, content);
      const ended = await workspace.run(['conformance', '--import', name]);
      expect(ended, name).toMatchObject({ code: 2, stderr: expect.stringContaining(reason) });
      expect(ended.stderr).not.toContain('\u001b');
    }
    for (const [name, code] of [
      ['none.json', 3],
      ['.', 2],
    ] as const)
      expect(await workspace.run(['conformance', '--import', name]), name).toMatchObject({ code });
  });

  it('says which behaviours it does not know, leaves out those of another form, and takes --only', async () => {
    const { workspace } = await setUpLive();
    await workspace.run([
      'conformance',
      '--capture',
      'own.json',
      '--only',
      'paging/size-1001',
      '--only',
      'paging/size-0',
    ]);
    const capture = captureSchema.parse(JSON.parse(workspace.read('own.json')));
    const [first] = Object.values(capture.recordings);
    const changed = JSON.stringify({
      ...capture,
      recordings: { ...capture.recordings, 'texts/of-tomorrow\u0007': first },
    });
    workspace.write('changed.json', changed.replace('"PageSize":"0"', '"PageSize":"-2"'));
    const all = await workspace.run(['conformance', '--import', 'changed.json']);
    expect(all.stdout).toContain('1 of its behaviours are not in this version: texts/of-tomorrow\\x07');
    expect(all.stdout).toContain('1 agree, 0 differ, 1 could not be seen');
    const one = await workspace.run([
      'conformance',
      '--import',
      'changed.json',
      '--only',
      'paging/size-1001',
    ]);
    expect(one.stdout).toContain('1 agree, 0 differ, 0 could not be seen');
  });
});

it('finds out that a capture cannot be written before it runs anything', async () => {
  const { workspace } = await setUpLive();
  workspace.write('file', '');
  const ended = await workspace.run([
    'conformance',
    '--only',
    'paging/size-1001',
    '--capture',
    'file/twilio.json',
  ]);
  expect(ended).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('write the capture') });
});
