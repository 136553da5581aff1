// Four phones text one mask at the same time: each text that the relay sends is in the trace of the text that led to it.
import { expect, it } from 'vitest';
import type { SandboxEvent } from '../src/index.js';
import { judgeAttribution } from './support/attribution.js';
import { DEADLINE } from './support/deadline.js';
import { ANN, MASK, REAL, setUpRelay } from './support/relay.js';

const SENDERS = ['+12125550190', '+13055550191', '+14155550192', '+16175550193'];
const TEXTS_EACH = 250;

/** Some texts are said again and again, by everybody. */
const bodyOf = (sender: number, index: number) =>
  index % 4 === 3 ? 'ok' : `text ${index} of ${sender}, ${'x'.repeat(index % 7)}`;

it('attributes at least 99 % of the forwards of a relay that answers before it sends, and none wrongly for sure', async () => {
  const { sandbox } = await setUpRelay({ allowance: { texts: 10_000, seconds: 1, cycleMs: 10 * DEADLINE } });
  const events: SandboxEvent[] = [];
  const collect = () => events.push(...sandbox.events({ since: events.at(-1)?.id ?? 0 }));
  await Promise.all(
    SENDERS.map(async (from, sender) => {
      for (let index = 0; index < TEXTS_EACH; index += 1) {
        await sandbox.text({ from, to: MASK, body: bodyOf(sender, index) });
        if (index % 50 === 0) collect();
      }
    }),
  );
  const countForwards = () => {
    // All the while, because the sandbox keeps the newest ten thousand events, and these are more.
    collect();
    return sandbox.phone(REAL).texts().length;
  };
  await expect.poll(countForwards, { timeout: 4 * DEADLINE }).toBe(1000);
  collect();
  expect(judgeAttribution(events)).toEqual({ forwards: 1000, right: expect.any(Number), wronglySure: 0 });
  const { right } = judgeAttribution(events);
  expect(right).toBeGreaterThanOrEqual(990);
});

it.each([
  ['a forward', ANN, 'Hello there', REAL, `[Relay 📲 ${ANN}] Hello there`],
  ['a long forward in parts', ANN, 'long '.repeat(300), REAL, 'long'],
  ['a reply with a prefix', REAL, '0190: Come in', ANN, 'Come in'],
  ['the news that a prefix fits nobody', REAL, '9999: lost', REAL, '9999'],
])(
  'a trace is quiet only when %s has arrived, and its request is in it',
  async (_, from, body, to, arrived) => {
    const { sandbox, told } = await setUpRelay();
    const before = await sandbox.text({ from: ANN, to: MASK, body: 'First' });
    await sandbox.whenQuiet(before.traceId, { timeout: DEADLINE });
    const { traceId } = await sandbox.text({ from, to: MASK, body });
    await sandbox.whenQuiet(traceId, { timeout: DEADLINE });
    expect(sandbox.phone(to).texts().at(-1)?.body).toContain(arrived);
    const sent = told.filter(({ kind }) => kind === 'text.sent').length;
    const queued = sandbox.events({ kind: 'text.queued' });
    expect(queued).toHaveLength(sent);
    expect(queued.filter((event) => event.traceId === traceId)).toHaveLength(sent - 1);
    // Each forward is deleted once it is delivered, and that belongs to the trace, too.
    const deletions = sandbox
      .events({ kind: 'request.in' })
      .filter((event) => 'method' in event && event.method === 'DELETE');
    expect(deletions).toHaveLength(told.filter(({ kind }) => kind === 'forgotten').length);
    expect(new Set(deletions.map((event) => event.traceId)).size).toBe(from === ANN ? 2 : 1);
  },
);
