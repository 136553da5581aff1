// The page in Chromium: texts that are typed on its phones, and what it shows of them.
import { expect, it } from 'vitest';
import { DEADLINE } from './support/deadline.js';
import {
  CONTACT,
  findPhone,
  MASK,
  OWNER,
  SHOWN_CONTACT,
  SHOWN_OWNER,
  typeText,
  usePageLab,
} from './support/page-lab.js';

const openLab = usePageLab();

it('a text that is typed on one phone reaches the other through the app, and both threads and the trace have it', async () => {
  const { sandbox, openTab } = await openLab();
  const tab = await openTab('/phones');
  await typeText(tab, SHOWN_CONTACT, 'Hello there');
  await findPhone(tab, SHOWN_OWNER).locator('.bubble.received', { hasText: '📲 Hello there' }).waitFor();
  const sent = findPhone(tab, SHOWN_CONTACT).locator('.bubble.sent', { hasText: 'Hello there' });
  await sent.getByRole('link', { name: 'why?' }).click();
  const sentence = tab.getByRole('heading', { level: 1 });
  await sentence.getByText(`${CONTACT}'s text reached ${OWNER}`).waitFor();
  const traceId = sandbox.traces()[0]?.traceId ?? '';
  await sandbox.whenQuiet(traceId, { timeout: DEADLINE });
  expect(new URL(tab.url()).pathname).toBe(`/t/${encodeURIComponent(traceId)}`);
  const steps = tab.getByRole('treeitem');
  const tree = sandbox.trace(traceId)?.tree ?? [];
  await expect.poll(() => steps.count()).toBe(tree.length);
  const levels = await steps.evaluateAll((all) => all.map((step) => Number(step.getAttribute('aria-level'))));
  expect(levels).toEqual(tree.map(({ depth }) => depth + 1));
  await steps.filter({ hasText: 'phone has it' }).click();
  await tab.getByRole('complementary', { name: 'The selected event' }).getByText(MASK).first().waitFor();
});

it('the privacy light is green until another phone sees the watched number, and leads to how it happened', async () => {
  const { sandbox, app, client, openTab } = await openLab();
  const tab = await openTab('/privacy');
  await tab.getByLabel('Number to hide').fill(OWNER);
  await tab.getByRole('button', { name: 'Watch it' }).click();
  await tab.getByRole('link', { name: '✓ 0 leaks' }).waitFor();
  await tab.getByText('Only its own phone may see it. Nobody else did.').waitFor();

  app.answer(async () => {
    await client.messages.create({ from: MASK, to: CONTACT, body: 'Call (301) 555-0195' });
    return {};
  });
  await sandbox.text({ from: CONTACT, to: MASK, body: 'Who are you?' });
  await tab.getByRole('link', { name: '✗ 1 leak' }).waitFor();
  const exposure = tab.getByRole('listitem').filter({ hasText: '(301) 555-0195' });
  await exposure.getByRole('link', { name: 'how?' }).click();
  const detail = tab.getByRole('complementary', { name: 'The selected event' });
  await detail.getByText('(301) 555-0195').first().waitFor();
  expect(sandbox.assertions()).toMatchObject([{ number: OWNER, isKept: false }]);
});

it('a first look says where texts go; once one was sent, the list of traces has its words', async () => {
  const { app, openTab } = await openLab();
  const tab = await openTab('/phones');
  const panel = tab.getByRole('complementary');
  await panel.getByText('These phones exist only in this sandbox').waitFor();
  await panel.getByText(`${app.origin}/sms`).waitFor();
  await typeText(tab, SHOWN_CONTACT, 'Is it red?');
  await panel.getByText(`${CONTACT}'s text reached ${OWNER}`).waitFor();
  await tab.getByRole('link', { name: 'Traces' }).click();
  await tab.getByRole('link', { name: 'Is it red?' }).waitFor();
});

it('a phone that was never used shows the name that it is given', async () => {
  const { openTab } = await openLab();
  const tab = await openTab('/phones');
  await findPhone(tab, SHOWN_CONTACT).getByRole('button', { name: SHOWN_CONTACT }).click();
  await tab.getByLabel('Name of the phone').fill('Ann');
  await tab.getByLabel('Name of the phone').press('Enter');
  await findPhone(tab, 'Ann').getByRole('heading', { name: 'Ann' }).waitFor();
});

it('a phone whose texts no app gets shows why, and the command that starts an app', async () => {
  const { client, openTab } = await openLab();
  const [number] = await client.incomingPhoneNumbers.list();
  await number?.update({ smsUrl: '' });
  const phone = findPhone(await openTab('/phones'), SHOWN_CONTACT);
  await phone.getByText('has no webhook, so no app gets its texts').waitFor();
  await phone.getByText(`relay-phone serve --yes --real-number ${CONTACT}`).waitFor();
  await phone.getByText('go to your app').waitFor({ state: 'detached' });
});

it('an account without a number gets one on the page, whose texts go to the URL that was typed', async () => {
  const { sandbox, client, app, openTab } = await openLab();
  const [number] = await client.incomingPhoneNumbers.list();
  await number?.remove();
  const tab = await openTab('/phones');
  const url = tab.getByLabel('URL of your app');
  await url.fill('ftp://127.0.0.1/sms');
  await tab.getByRole('button', { name: 'Send texts there' }).click();
  await tab.getByRole('alert').waitFor();
  await url.fill(`${app.origin}/sms`);
  await tab.getByRole('button', { name: 'Send texts there' }).click();
  await typeText(tab, SHOWN_CONTACT, 'Hello app');
  await expect.poll(() => sandbox.phone(OWNER).texts()).toMatchObject([{ from: MASK, body: '📲 Hello app' }]);
});

it('a text that is typed while the number has no webhook keeps its place, and the trace says why nothing came of it', async () => {
  const { sandbox, client, openTab } = await openLab();
  const [number] = await client.incomingPhoneNumbers.list();
  await number?.update({ smsUrl: '' });
  const tab = await openTab('/phones');
  await typeText(tab, SHOWN_CONTACT, 'Anybody?');
  const sent = findPhone(tab, SHOWN_CONTACT).locator('.bubble.sent', { hasText: 'Anybody?' });
  await sent.getByRole('link', { name: 'why?' }).click();
  await sandbox.whenQuiet(sandbox.traces()[0]?.traceId ?? '', { timeout: DEADLINE });
  const { sentence = '' } = sandbox.traces()[0] ?? {};
  await tab.getByRole('heading', { level: 1 }).getByText(sentence).waitFor();
});

it('a phone that is added stays in the address, keeps its name, and can be hidden', async () => {
  const { sandbox, openTab } = await openLab();
  const tab = await openTab('/phones');
  await tab.getByLabel('Another phone').fill('+1 (301) 555-0196');
  await tab.getByRole('button', { name: 'Add' }).click();
  await expect.poll(() => new URL(tab.url()).searchParams.get('n')).toBe(`${CONTACT},${OWNER},+13015550196`);
  await typeText(tab, '+1 301 555 0196', 'Hello');
  const third = findPhone(tab, '+1 301 555 0196');
  await third.locator('.bubble.sent', { hasText: 'Hello' }).waitFor();
  await third.getByRole('button', { name: '+1 301 555 0196' }).click();
  await tab.getByLabel('Name of the phone').fill('Grandma');
  await tab.getByLabel('Name of the phone').press('Enter');
  await findPhone(tab, 'Grandma').waitFor();
  expect(sandbox.phone('+13015550196').label()).toBe('Grandma');
  await tab.reload();
  await findPhone(tab, 'Grandma').getByRole('button', { name: 'Hide this phone' }).click();
  await findPhone(tab, 'Grandma').waitFor({ state: 'detached' });
  expect(new URL(tab.url()).searchParams.get('n')).toBe(`${CONTACT},${OWNER}`);
});

it("an app that asks for a text to a phone that opted out sees Twilio's refusal in the timeline, and controls opt it in", async () => {
  const { sandbox, client, openTab } = await openLab();
  const tab = await openTab('/phones');
  await typeText(tab, SHOWN_OWNER, 'STOP');
  await expect.poll(() => sandbox.optOuts()).toEqual([{ sender: MASK, phone: OWNER }]);
  await expect(client.messages.create({ from: MASK, to: OWNER, body: 'Hi' })).rejects.toMatchObject({
    code: 21610,
  });
  await tab.getByRole('link', { name: 'Timeline' }).click();
  await tab.getByRole('button', { name: 'Failures' }).click();
  await tab.getByRole('row').filter({ hasText: '21610' }).first().waitFor();
  await tab.getByRole('link', { name: 'Controls' }).click();
  await tab.getByRole('button', { name: 'Opt in again' }).click();
  await tab.getByText('No phone has texted STOP.').waitFor();
  expect(sandbox.optOuts()).toEqual([]);
});
