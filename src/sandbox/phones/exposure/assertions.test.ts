// Assertions about numbers: which exposures break them, and what they outlive.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSandboxClient } from '../../../../test/support/sandbox-client.js';
import { createControlClient } from '../../control/client.js';
import { createSandbox, type SandboxOptions } from '../../create.js';

const MASK = '+12025550100';
const REAL = '+13015550195';
const CONTACT = '+12125550190';
const SECOND_PHONE = '+13015550196';

async function open(options: SandboxOptions = {}) {
  const sandbox = await createSandbox({ clock: 'manual', ...options });
  onTestFinished(sandbox.close);
  const client = createSandboxClient(sandbox);
  const send = async (body: string, to: string) => {
    await client.messages.create({ from: MASK, to, body });
    await sandbox.clock.advance('1m');
  };
  return { sandbox, client, send, buy: () => client.incomingPhoneNumbers.create({ phoneNumber: MASK }) };
}

describe('an assertion', () => {
  it('is kept until a phone that is not allowed is shown the number', async () => {
    const { sandbox, send, buy } = await open();
    await buy();
    sandbox.assertShownOnlyTo('(301) 555-0195', ['301-555-0196', SECOND_PHONE]);
    for (const to of [SECOND_PHONE, REAL]) await send(REAL, to);
    const assertion = { id: REAL, number: REAL, allowed: [SECOND_PHONE] };
    expect(sandbox.assertions()).toEqual([{ ...assertion, isKept: true, exposures: [] }]);
    await send(REAL, CONTACT);
    const [, shown] = sandbox.exposures(REAL);
    expect(sandbox.assertions()).toEqual([{ ...assertion, isKept: false, exposures: [shown] }]);
    expect(shown).toMatchObject({ phone: CONTACT, how: 'body' });
  });

  it('is replaced by another about the same number, and removed', async () => {
    const { sandbox } = await open();
    sandbox.assertShownOnlyTo(REAL, []);
    sandbox.assertShownOnlyTo(CONTACT, []);
    sandbox.assertShownOnlyTo(REAL, ['64192']);
    expect(sandbox.assertions().map(({ id, allowed }) => [id, allowed])).toEqual([
      [CONTACT, []],
      [REAL, ['64192']],
    ]);
    expect([sandbox.removeAssertion(REAL), sandbox.removeAssertion(REAL)]).toEqual([true, false]);
    expect(sandbox.assertions().map(({ id }) => id)).toEqual([CONTACT]);
  });

  it.each([
    ['123', []],
    [REAL, ['mum']],
  ])('about %j for %j is refused', async (number, allowed) => {
    const { sandbox } = await open();
    expect(() => sandbox.assertShownOnlyTo(number, allowed)).toThrowError(
      expect.objectContaining({ kind: 'usage' }),
    );
    expect(sandbox.assertions()).toEqual([]);
  });

  it('outlives a reset, a restored snapshot and a restart, and is not in a snapshot', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const options = { database: join(folder, 'sandbox.db') };
    const first = await open(options);
    const empty = first.sandbox.snapshot();
    first.sandbox.assertShownOnlyTo(REAL, [SECOND_PHONE]);
    first.sandbox.restore(empty);
    first.sandbox.reset();
    await first.buy();
    await first.send(REAL, CONTACT);
    expect(first.sandbox.assertions()).toMatchObject([{ id: REAL, isKept: false }]);
    const snapshot = first.sandbox.snapshot();
    await first.sandbox.close();

    const second = await open(options);
    expect(second.sandbox.assertions()).toMatchObject([
      { id: REAL, allowed: [SECOND_PHONE], isKept: false, exposures: [{ phone: CONTACT, eventId: null }] },
    ]);
    const [, before] = [
      await second.send(`Call ${REAL}`, CONTACT),
      second.sandbox.events({ kind: 'exposure' }),
    ];
    expect(before).toMatchObject([{ assertionId: REAL }]);
    const other = await open();
    other.sandbox.restore(snapshot);
    expect(other.sandbox.assertions()).toEqual([]);
  });

  it('can be set, listed and removed from another process', async () => {
    const { sandbox } = await open();
    const control = createControlClient(sandbox);
    await control.assertShownOnlyTo('301 555 0195', [CONTACT]);
    expect(await control.assertions()).toEqual([
      { id: REAL, number: REAL, allowed: [CONTACT], isKept: true, exposures: [] },
    ]);
    await expect(control.assertShownOnlyTo('mum', [])).rejects.toMatchObject({ kind: 'usage' });
    await control.removeAssertion(REAL);
    expect(sandbox.assertions()).toEqual([]);
    await expect(control.removeAssertion(REAL)).rejects.toMatchObject({
      reason: expect.stringContaining('nothing is asserted about'),
    });
  });
});
