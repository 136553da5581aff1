// Tests calls through a relay, with the sandbox as its Twilio.
import { expect, it } from 'vitest';
import { ANN, MASK, REAL, setUpRelay } from '../../../test/support/relay.js';

it('connects a call to a mask with the owner, counts its seconds and deletes it at Twilio', async () => {
  const { sandbox, client, waitFor, told } = await setUpRelay();
  const connected = sandbox.nextEvent(({ kind }) => kind === 'call.connected');
  const call = sandbox.phone(ANN).call(MASK);
  await connected;
  expect(sandbox.phone(REAL).calls()).toMatchObject([{ shown: ANN, state: 'talking' }]);
  call.hangUp();
  await waitFor('forgotten');
  expect((await client.calls.list({ to: MASK })).map(({ sid }) => sid)).toEqual([]);
  expect(told).toContainEqual({ kind: 'call.ended', mask: MASK, seconds: expect.any(Number) });
  expect(sandbox.whoSaw(REAL)).toEqual([]);
});

it('refuses a call to a mask that is out of minutes', async () => {
  const { sandbox, alertCodes, told } = await setUpRelay({
    allowance: { texts: 1, seconds: 0, cycleMs: 1e9 },
  });
  await sandbox.phone(ANN).call(MASK).ended;
  expect(sandbox.phone(REAL).calls()).toEqual([]);
  expect(await alertCodes()).toContain(11217);
  expect(told).toContainEqual({ kind: 'call.refused', from: ANN, mask: MASK, why: 'out-of-seconds' });
});

it.each([
  ['Restricted', 'Restricted'],
  ['+266696687', '+266696687'],
  ['sip:ann@example.com', MASK],
])('connects the caller %s, and shows the owner %s', async (caller, shown) => {
  const { sandbox } = await setUpRelay();
  const rings = sandbox.phone(REAL).nextCall();
  sandbox.phone(caller).call(MASK);
  expect((await rings).log()).toMatchObject({ shown });
});
