// The captures of Twilio that were given back: each is a test of the sandbox, and raises rows of docs/fidelity.md.
import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BEHAVIOURS } from '../src/conformance/behaviours/behaviours.js';
import { runConformance } from '../src/conformance/run.js';
import { openSandboxSide } from '../src/conformance/sandbox-side.js';
import { captureSchema, conformanceReportSchema } from '../src/reports.js';
import { setUpLive } from './support/conformance/live-scene.js';
import { formatPage, readBehaviours, readCapturedRows, readCaptures } from './support/fidelity.js';

it('the sandbox agrees with every capture of Twilio', async () => {
  for (const { date, recordings } of readCaptures()) {
    const { side, close } = await openSandboxSide({ sleep, newId: () => crypto.randomUUID() });
    onTestFinished(close);
    const behaviours = BEHAVIOURS.filter(({ id }) => Object.hasOwn(recordings, id));
    const { results } = await runConformance(behaviours, side, { kind: 'capture', recordings });
    expect(
      results.filter(({ outcome }) => outcome !== 'agrees'),
      `captured ${date}`,
    ).toEqual([]);
  }
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

  it('refuses a file that is no capture', async () => {
    const { workspace } = await setUpLive();
    workspace.write('not.json', '{"kind":"other"}');
    for (const [file, code] of [
      ['not.json', 2],
      ['none.json', 3],
    ] as const)
      expect(await workspace.run(['conformance', '--import', file])).toMatchObject({ code });
  });
});
