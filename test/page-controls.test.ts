// The page in Chromium: its controls, which move the clock, inject faults, and change phones and registrations.
import { expect, it } from 'vitest';
import { DEADLINE } from './support/deadline.js';
import {
  CONTACT,
  findPhone,
  MASK,
  OWNER,
  SHOWN_CONTACT,
  SHOWN_MASK,
  SHOWN_OWNER,
  typeText,
  usePageLab,
} from './support/page-lab.js';

const openLab = usePageLab();

/** The tests' manual clock starts here, milliseconds since 1970. */
const START = Date.parse('2026-06-01T12:00:00Z');

it('a manual clock that is moved to its next timers delivers a scheduled text', async () => {
  const { sandbox, client, openTab } = await openLab({ sandbox: { clock: 'manual', now: () => START } });
  const [number] = await client.incomingPhoneNumbers.list();
  const service = await client.messaging.v1.services.create({ friendlyName: 'Scheduled' });
  await client.messaging.v1.services(service.sid).phoneNumbers.create({ phoneNumberSid: number?.sid ?? '' });
  await client.messages.create({
    messagingServiceSid: service.sid,
    to: CONTACT,
    body: 'See you tomorrow',
    scheduleType: 'fixed',
    sendAt: new Date(START + 24 * 3_600_000),
  });
  const tab = await openTab('/controls');
  await tab.getByText('stands still', { exact: false }).first().waitFor();
  const next = tab.getByRole('button', { name: 'To the next timer' });
  // Each click is a step: what is due, sending, delivery.
  while (sandbox.phone(CONTACT).texts().length === 0) {
    const advanced = tab.waitForResponse((answer) => new URL(answer.url()).pathname === '/api/clock');
    await next.click();
    await advanced;
  }
  expect(sandbox.clock.now()).toBeGreaterThanOrEqual(START + 24 * 3_600_000);
  await tab.getByRole('link', { name: 'Phones' }).click();
  await findPhone(tab, SHOWN_CONTACT).locator('.bubble.received', { hasText: 'See you tomorrow' }).waitFor();
});

it('a clock is advanced by what is typed, and a time that is none is refused with the reason', async () => {
  const { sandbox, openTab } = await openLab({ sandbox: { clock: 'manual', now: () => START } });
  const tab = await openTab('/controls');
  await tab.getByLabel('Advance by').fill('2h');
  await tab.getByRole('button', { name: 'Advance', exact: true }).click();
  await expect.poll(() => sandbox.clock.now()).toBe(START + 7_200_000);
  await tab.getByLabel('Advance by').fill('soon');
  await tab.getByRole('button', { name: 'Advance', exact: true }).click();
  await tab.getByRole('alert').waitFor();
  expect(sandbox.clock.now()).toBe(START + 7_200_000);
});

it('an injected fault `drop` is visible as a failure of its trace, and counts its hits', async () => {
  const { sandbox, openTab } = await openLab();
  const tab = await openTab('/controls');
  await tab.getByLabel('Answer').selectOption('drop');
  await tab.getByRole('button', { name: 'Add', exact: true }).click();
  await tab.getByText('0 of 1 hit').waitFor();
  await tab.getByRole('link', { name: 'Phones' }).click();
  await typeText(tab, SHOWN_CONTACT, 'Hello');
  const sent = findPhone(tab, SHOWN_CONTACT).locator('.bubble.sent.failed', { hasText: 'Hello' });
  await sent.getByRole('link', { name: 'why?' }).click();
  const step = tab.getByRole('treeitem').filter({ hasText: 'drop' });
  await step.getByText('failed').first().waitFor({ state: 'attached' });
  const traceId = sandbox.traces()[0]?.traceId ?? '';
  await sandbox.whenQuiet(traceId, { timeout: DEADLINE });
  expect(sandbox.phone(OWNER).texts()).toEqual([]);
  await tab.getByRole('link', { name: 'Controls' }).click();
  await tab.getByText('1 of 1 hit').waitFor();
  await tab.getByRole('button', { name: 'Remove' }).click();
  await tab.getByText('1 of 1 hit').waitFor({ state: 'detached' });
});

it('a phone that is made unreachable shows the failed text with its code', async () => {
  const { sandbox, openTab } = await openLab();
  const tab = await openTab('/phones');
  await typeText(tab, SHOWN_CONTACT, 'One');
  await findPhone(tab, SHOWN_OWNER).locator('.bubble.received', { hasText: 'One' }).waitFor();
  await tab.getByRole('link', { name: 'Controls' }).click();
  const row = tab.getByRole('listitem').filter({ hasText: 'When called' }).filter({ hasText: SHOWN_OWNER });
  await row.getByLabel('Texts').selectOption('unreachable');
  await row.getByText('gets no texts (30003)').waitFor();
  await tab.getByRole('link', { name: 'Phones' }).click();
  await typeText(tab, SHOWN_CONTACT, 'Two');
  const lost = findPhone(tab, SHOWN_OWNER).locator('.bubble.received', { hasText: 'Two' });
  await lost.getByText('undelivered (30003)').waitFor();
  expect(sandbox.phone(OWNER).texts()).toMatchObject([{ body: expect.stringContaining('One') }]);
});

it('a number that is made unregistered loses its texts to the US with 30034', async () => {
  const { sandbox, openTab } = await openLab();
  const tab = await openTab('/controls');
  const row = tab.getByRole('listitem').filter({ hasText: SHOWN_MASK });
  await row.getByRole('button', { name: 'Make it unregistered' }).click();
  await row.getByText('not registered').waitFor();
  expect(sandbox.unregistered()).toMatchObject([{ sender: MASK }]);
  await tab.getByRole('link', { name: 'Phones' }).click();
  await typeText(tab, SHOWN_CONTACT, 'Hello');
  await findPhone(tab, SHOWN_OWNER).getByText('undelivered (30034)').waitFor();
});
