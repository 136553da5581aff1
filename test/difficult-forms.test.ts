// smoke and doctor find an app that misreads a form before it checks the signature, and name what it does.
import { describe, expect, it } from 'vitest';
import { answerLikeRelay } from './support/doctor/relay-like.js';
import { APP_TOKEN, setSmokeScene } from './support/smoke/scene.js';

/** Runs the checks of the app, and returns what the check of difficult forms found. */
async function findMisreading(misread: (value: string) => string | null): Promise<readonly string[]> {
  const { smoke, app } = await setSmokeScene();
  app.answer(answerLikeRelay({ authToken: APP_TOKEN, misread }));
  const { report, faults } = await smoke(['--app', app.origin], { TWILIO_AUTH_TOKEN: APP_TOKEN });
  const { findings = [] } = report.checks.find(({ id }) => id === 'difficult-forms') ?? {};
  expect(faults).toEqual(findings.length > 0 ? ['difficult-forms'] : []);
  return findings.map(({ what }) => what.replace('before it checks the signature it ', ''));
}

describe('smoke finds an app that', () => {
  it.each([
    ['trims values', (value: string) => value.trim(), ['drops spaces at the ends of a value']],
    ['drops empty values', (value: string) => value || null, ['drops empty values, or makes them null']],
    [
      'reads UTF-8 as Latin-1',
      (value: string) => Buffer.from(value).toString('latin1'),
      ['breaks characters outside ASCII'],
    ],
    [
      'turns CRLF into LF',
      (value: string) => value.replaceAll('\r\n', '\n'),
      ['changes the line ends in a value'],
    ],
    [
      'decodes twice',
      (value: string) => decodeURIComponent(value.replaceAll('%d', '%25d')),
      ['misreads the signs + & = %'],
    ],
    [
      'trims and drops',
      (value: string) => value.trim() || null,
      ['drops spaces at the ends of a value', 'drops empty values, or makes them null'],
    ],
  ])('%s', async (_what, misread, expected) => {
    expect(await findMisreading(misread)).toEqual(expected);
  });

  it('loses repeated names: a note, for Twilio sends none today', async () => {
    const { smoke, app } = await setSmokeScene();
    app.answer(answerLikeRelay({ authToken: APP_TOKEN, losesRepeated: true }));
    const { code, report } = await smoke(['--app', app.origin], { TWILIO_AUTH_TOKEN: APP_TOKEN });
    const check = report.checks.find(({ id }) => id === 'difficult-forms');
    expect([code, check?.findings]).toEqual([0, []]);
    expect(check?.notes).toEqual([expect.stringContaining('loses a name that comes twice')]);
  });

  it('has nothing to say about an app that reads forms as they come', async () => {
    expect(await findMisreading((value) => value)).toEqual([]);
  });
});
