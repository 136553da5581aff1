// The page in Chromium: what its screens say of a webhook in progress, its attempts, guesses, gaps, what is new, and rules.
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { findViolations, showScreen } from './support/axe.js';
import { DEADLINE } from './support/deadline.js';
import {
  CONTACT,
  findPhone,
  MASK,
  OWNER,
  type PageLab,
  SHOWN_CONTACT,
  SHOWN_MASK,
  SHOWN_OWNER,
  typeText,
  usePageLab,
  whenLive,
} from './support/page-lab.js';
import { twiml } from './support/webhook-app.js';

const openLab = usePageLab();

/** Sends a text, waits for its end, and returns its trace. */
async function sendText({ sandbox }: PageLab, body = 'Hello'): Promise<string> {
  const { traceId } = await sandbox.text({ from: CONTACT, to: MASK, body });
  await sandbox.whenQuiet(traceId, { timeout: DEADLINE });
  return traceId;
}

async function openReplay(tab: Page): Promise<void> {
  await tab.getByRole('tab', { name: 'Replay' }).click();
}

describe('a webhook', () => {
  it('that the app has not answered says so, and has its answer as soon as it comes', async () => {
    const lab = await openLab();
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    lab.app.answer(() => answered.then(() => twiml('<Response><!-- at last --></Response>')));
    // It counts as failed after 15 s: all that takes long is done before it.
    const tab = await lab.openTab('/traces');
    await whenLive(tab);
    const { traceId } = await lab.sandbox.phone(CONTACT).startText(MASK, 'Hello');
    await showScreen(tab, `/t/${traceId}`);
    await tab.getByRole('treeitem').filter({ hasText: 'webhook' }).click();
    await tab.getByRole('link', { name: 'The whole webhook, its signature, replay' }).click();
    await tab.getByRole('heading', { name: 'Your app has not answered yet' }).waitFor();
    answer();
    await tab.getByText('Answered 200').waitFor();
    await tab.getByText('at last').waitFor();
  });

  it('with a fallback URL lists both requests, and leads from one to the other', async () => {
    const lab = await openLab();
    const [number] = await lab.client.incomingPhoneNumbers.list();
    await number?.update({ smsFallbackUrl: `${lab.app.origin}/fallback` });
    lab.app.answer(({ path }) => (path === '/sms' ? { status: 500 } : twiml('<Response/>')));
    await sendText(lab);
    const [fallback] = lab.sandbox.exchanges({ direction: 'webhook' });
    const tab = await lab.openTab(`/webhooks/${fallback?.id}`);
    const attempts = tab.getByRole('list', { name: 'Attempts' }).getByRole('listitem');
    await expect.poll(() => attempts.count()).toBe(2);
    await attempts.first().getByText('failed').first().waitFor({ state: 'attached' });
    await attempts.getByRole('link', { name: /\/sms → 500/ }).click();
    await tab.getByText('Answered 500').waitFor();
    await attempts.getByRole('link', { name: /\/fallback → 200/ }).waitFor();
  });

  it('marks only the answer in which the TwiML is wrong, when one URL is asked twice', async () => {
    const lab = await openLab();
    let times = 0;
    lab.app.answer(() => {
      times += 1;
      return twiml(
        times === 1
          ? '<Response>\n<Say colour="red">One</Say>\n<Redirect/>\n</Response>'
          : '<Response>\n<Say>Two</Say>\n</Response>',
      );
    });
    const { traceId } = lab.sandbox.phone(CONTACT).call(MASK);
    await lab.sandbox.whenQuiet(traceId, { timeout: DEADLINE });
    const [second, first] = lab.sandbox.exchanges({ direction: 'webhook' });
    const tab = await lab.openTab(`/webhooks/${first?.id}`);
    await tab.locator('mark', { hasText: 'colour' }).waitFor();
    await tab.goto(`${lab.page().origin}/webhooks/${second?.id}`);
    await tab.getByText('Two').waitFor();
    expect(await tab.locator('mark').count()).toBe(0);
  });

  it('is replayed with a further parameter, and the result marks the lines that changed', async () => {
    const lab = await openLab();
    lab.app.answer(({ form }) =>
      twiml(`<Response>\n<Message>Hi</Message>\n${form.Colour ? '<Message>Red</Message>\n' : ''}</Response>`),
    );
    await sendText(lab);
    const [exchange] = lab.sandbox.exchanges({ direction: 'webhook' });
    const tab = await lab.openTab(`/webhooks/${exchange?.id}`);
    await openReplay(tab);
    await tab.getByLabel('another').fill('Colour');
    await tab.getByLabel('another').press('Enter');
    await tab.getByLabel('Colour', { exact: true }).fill('red');
    await tab.getByRole('button', { name: 'Send again' }).click();
    const difference = tab.getByRole('group', { name: 'How the body changed' });
    await difference.locator('ins', { hasText: '+ <Message>Red</Message>' }).waitFor();
    expect(await difference.locator('del').count()).toBe(0);
    expect(lab.app.calls.at(-1)).toMatchObject({ signed: true, form: { Colour: 'red' } });
  });
});

it('/rest lists the requests of the app', async () => {
  const lab = await openLab();
  await sendText(lab);
  const tab = await lab.openTab('/rest');
  await tab.getByRole('link', { name: 'POST /2010-04-01', exact: false }).first().waitFor();
  await tab.getByRole('tab', { name: 'Webhooks to your app' }).click();
  await tab.getByRole('link', { name: 'POST /sms', exact: false }).waitFor();
});

it('the four lanes of a text that the app forwards fit into a narrow window', async () => {
  const lab = await openLab({ browser: { viewport: { width: 390, height: 844 } } });
  await sendText(lab);
  const tab = await lab.openTab(`/t/${lab.sandbox.traces()[0]?.traceId}`);
  await tab.getByRole('tab', { name: 'Who did what' }).click();
  const lanes = tab.getByRole('region', { name: 'Who did what' });
  await expect.poll(() => lanes.locator('.lane-name').allTextContents()).toHaveLength(4);
  const [whole, shown] = await lanes.evaluate(({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth]);
  expect(whole).toBe(shown);
});

it('swimlanes say where the cause is a guess, and how long nothing happened', async () => {
  const lab = await openLab();
  lab.app.answer(async ({ form }) => {
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await lab.client.messages.create({ from: MASK, to: OWNER, body: `${form.Body} again` });
    return twiml('<Response/>');
  });
  // So short a text may be quoted by chance.
  const traceId = await sendText(lab, 'Hi');
  const tab = await lab.openTab(`/t/${traceId}`);
  await tab.getByRole('tab', { name: 'Who did what' }).click();
  const lanes = tab.getByRole('region', { name: 'Who did what' });
  await lanes
    .getByText(/^\d+\.\d s later$/)
    .first()
    .waitFor();
  const guessed = lanes.getByRole('button', { name: /Messages\.json → 201.*, guessed$/ });
  await guessed.getByText('(guessed)').waitFor();
  expect(await guessed.getAttribute('class')).toContain('guessed');
  expect(await findViolations(tab)).toEqual([]);
});

describe('the timeline', () => {
  it('that is scrolled up counts what came since, whatever the filter shows, and stays where it is read', async () => {
    const lab = await openLab();
    const { sandbox, openTab } = lab;
    await sendText(lab);
    for (let turn = 0; turn < 80; turn += 1) sandbox.phone(OWNER).behave({ slow: turn });
    const tab = await openTab('/timeline?q=kind%3Abehaviour');
    await whenLive(tab);
    const list = tab.getByRole('grid', { name: 'Events' });
    await expect.poll(() => list.getAttribute('aria-rowcount')).toBe('80');
    await list.evaluate((element) => element.scrollTo(0, 280));
    const atTop = () =>
      list.evaluate((element) => {
        const edge = element.getBoundingClientRect().top;
        const rows = [...element.querySelectorAll('.event-row')];
        // Of rows that are not drawn yet, those below would be taken for the first.
        const isFirst = (row: (typeof rows)[number]) => Math.abs(row.getBoundingClientRect().top - edge) <= 1;
        return rows.find(isFirst)?.getAttribute('href');
      });
    await expect.poll(atTop).toMatch(/^\/t\//);
    const before = await atTop();
    for (let turn = 0; turn < 3; turn += 1) sandbox.phone(OWNER).behave({ calls: 'busy' });
    const fresh = tab.getByRole('button', { name: / new ↓$/ });
    await expect.poll(() => fresh.allInnerTexts()).toEqual(['3 new ↓']);
    expect(await atTop()).toBe(before);
    // The events that the filter hid come before the row that is read, and are not new.
    await tab.getByLabel('Filter events').fill('');
    await tab.getByText(`${sandbox.events().length} events`, { exact: true }).waitFor();
    await expect.poll(atTop).toBe(before);
    expect(await fresh.allInnerTexts()).toEqual(['3 new ↓']);
  });

  it('is searched by the words that it shows', async () => {
    const lab = await openLab();
    lab.app.answer(() => ({ status: 500, type: 'text/plain', body: 'She said "no"' }));
    await sendText(lab);
    const tab = await lab.openTab('/timeline?q=app%20answered%20%22no%22');
    await tab.getByRole('row').filter({ hasText: 'She said "no"' }).waitFor();
    expect(await tab.getByRole('row').count()).toBe(1);
    await tab.getByLabel('Filter events').fill('traceid');
    await tab.getByText('No event matches').waitFor();
  });
});

describe('a phone', () => {
  it('shows the code of a webhook that failed beside the text, and marks a call that failed', async () => {
    const lab = await openLab();
    lab.app.answer(() => ({ status: 500 }));
    const tab = await lab.openTab('/phones');
    await typeText(tab, SHOWN_CONTACT, 'Hello');
    const phone = findPhone(tab, SHOWN_CONTACT);
    await phone.locator('.bubble.sent.failed', { hasText: 'failed (11217)' }).waitFor();
    await phone.getByRole('button', { name: 'Call', exact: true }).click();
    await phone.locator('.bubble.call.failed', { hasText: 'failed (11217)' }).waitFor();
  });

  it('keeps the conversation in which somebody types, and says that another one has something newer', async () => {
    const lab = await openLab();
    const other = '+12025550101';
    await lab.client.incomingPhoneNumbers.create({ phoneNumber: other });
    await sendText(lab);
    const tab = await lab.openTab('/phones');
    const phone = findPhone(tab, SHOWN_OWNER);
    const composer = phone.getByRole('textbox', { name: `Text to ${SHOWN_MASK}` });
    await composer.fill('A long answer');
    await lab.client.messages.create({ from: other, to: OWNER, body: 'Something else' });
    const newer = phone.getByRole('button', { name: 'Newer: +1 202 555 0101' });
    await newer.waitFor();
    expect(await composer.inputValue()).toBe('A long answer');
    await composer.press('Enter');
    await expect.poll(() => lab.sandbox.phone(OWNER).sent()).toMatchObject([{ to: MASK }]);
    await phone.getByRole('combobox', { name: 'Conversation with' }).selectOption(other);
    await phone.locator('.bubble.received', { hasText: 'Something else' }).waitFor();
    // Nothing more happens, and each conversation is there when it is chosen.
    await phone.getByRole('combobox', { name: 'Conversation with' }).selectOption(MASK);
    await phone.locator('.bubble.sent', { hasText: 'A long answer' }).waitFor();
    await phone.getByRole('combobox', { name: 'Conversation with' }).selectOption(other);
    await phone.locator('.bubble.received', { hasText: 'Something else' }).waitFor();
  });

  it('can neither call nor text while the page is not connected, and the page says since when', async () => {
    const lab = await openLab();
    await sendText(lab);
    const tab = await lab.openTab('/phones');
    await whenLive(tab);
    const phone = findPhone(tab, SHOWN_CONTACT);
    await phone.getByRole('button', { name: 'Call', exact: true }).waitFor();
    await lab.closePage();
    // An attempt to connect again, at least each 5 s, is no event.
    await tab.getByText(/^Reconnecting, last event ([6-9]|\d{2,}) s ago$/).waitFor();
    expect(await phone.getByRole('button', { name: 'Call', exact: true }).isDisabled()).toBe(true);
    expect(await phone.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
    await phone.locator('.bubble.sent', { hasText: 'Hello' }).waitFor();
  });
});

it('a rule about a number is written as people write numbers, and `sandbox leaks` checks the same', async () => {
  const { sandbox, openTab } = await openLab();
  const tab = await openTab('/privacy');
  await tab.getByLabel('Number to hide').fill(SHOWN_OWNER);
  await tab.getByLabel('Phones that may see it').fill(`${SHOWN_CONTACT}, +1 (301) 555-0196 +13015550197`);
  await tab.getByRole('button', { name: 'Watch it' }).click();
  await tab.getByText('may see it.').waitFor();
  expect(sandbox.assertions()).toMatchObject([
    { number: OWNER, allowed: [CONTACT, '+13015550196', '+13015550197'] },
  ]);
});

it('going back to a kept state is undone, and so is the undo', async () => {
  const { sandbox, openTab } = await openLab();
  const label = () => sandbox.phone(OWNER).label();
  sandbox.phone(OWNER).setLabel('Kept');
  const tab = await openTab('/controls');
  const kept = tab.waitForResponse((answer) => new URL(answer.url()).pathname === '/api/keep');
  await tab.getByRole('button', { name: 'Keep this state' }).click();
  await kept;
  sandbox.phone(OWNER).setLabel('Later');
  await tab.getByRole('button', { name: 'Go back to it' }).click();
  await expect.poll(label).toBe('Kept');
  const undo = tab.getByRole('button', { name: 'Undo', exact: true });
  await undo.click();
  await expect.poll(label).toBe('Later');
  await undo.click();
  await expect.poll(label).toBe('Kept');
});

it('a trace that begins with the app says why it cannot be saved as a story', async () => {
  const { sandbox, client, openTab } = await openLab();
  await client.messages.create({ from: MASK, to: OWNER, body: 'Hi' });
  const tab = await openTab(`/t/${sandbox.traces()[0]?.traceId}`);
  await tab.getByRole('button', { name: 'Save as a story' }).click();
  await tab.getByRole('alert').getByText('this trace begins with a request of the app').waitFor();
});
