// The page in Chromium: calls of its phones, which ring, are answered, press keys, speak and hang up.
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import {
  CONTACT,
  findPhone,
  MASK,
  OWNER,
  type PageLab,
  SHOWN_CONTACT,
  SHOWN_MASK,
  SHOWN_OWNER,
  usePageLab,
} from './support/page-lab.js';
import { twiml } from './support/webhook-app.js';

const openLab = usePageLab();

/** Sets what the app answers to each path. */
function answer({ app }: PageLab, documents: Readonly<Record<string, string>>): void {
  app.answer(({ path }) => twiml(`<Response>${documents[path] ?? ''}</Response>`));
}

/** Waits until the transcript of a phone has these lines, in this order. */
async function whenTranscript(tab: Page, phone: string, lines: readonly string[]): Promise<void> {
  const said = findPhone(tab, phone).getByRole('list', { name: 'What was said' }).getByRole('listitem');
  await expect.poll(() => said.allInnerTexts()).toEqual(lines);
}

it('a call is answered, takes keys and words, shows what the app waits for, and ends when the phone hangs up', async () => {
  const lab = await openLab();
  answer(lab, {
    '/voice':
      '<Gather numDigits="1" timeout="600" action="/menu"><Say>Press 1 for the menu</Say></Gather><Say>Bye</Say>',
    '/menu': '<Gather finishOnKey="#" timeout="600" action="/code"><Say>Your code, then pound</Say></Gather>',
    '/code': '<Gather input="speech" timeout="600" action="/name"><Say>Your name?</Say></Gather>',
    '/name': '<Say>Thank you</Say><Pause length="600"/>',
  });
  const tab = await lab.openTab('/phones');
  const phone = findPhone(tab, SHOWN_CONTACT);
  await phone.getByRole('button', { name: 'Call', exact: true }).click();
  await phone.getByText('In a call').waitFor();
  await phone.getByText('The app waits for 1 key').waitFor();
  await phone.getByRole('button', { name: 'Key 1' }).click();
  await phone.getByText('The app waits for keys, ended by #').waitFor();
  for (const key of ['4', '2', '#']) await phone.getByRole('button', { name: `Key ${key}` }).click();
  await phone.getByText('The app waits for words').waitFor();
  await phone.getByLabel('Say something').fill('Ann Example');
  await phone.getByLabel('Say something').press('Enter');
  await whenTranscript(tab, SHOWN_CONTACT, [
    'Press 1 for the menu',
    'keys 1',
    'Your code, then pound',
    'keys 4',
    'keys 2',
    'keys #',
    'Your name?',
    'Ann Example',
    'Thank you',
  ]);
  expect(lab.app.formsAt('/code')).toMatchObject([{ Digits: '42' }]);
  expect(lab.app.formsAt('/name')).toMatchObject([{ SpeechResult: 'Ann Example' }]);
  await phone.getByRole('button', { name: 'Hang up' }).click();
  await phone.locator('.call-view').waitFor({ state: 'detached' });
  await phone.locator('.bubble.call', { hasText: 'Call, completed' }).waitFor();
  expect(lab.sandbox.phone(CONTACT).calls()).toMatchObject([{ state: 'ended' }]);
});

it('keys reach the app in the order in which they were pressed, however long the first one takes', async () => {
  const lab = await openLab();
  answer(lab, { '/voice': '<Gather finishOnKey="#" timeout="600" action="/code"/>' });
  const tab = await lab.openTab('/phones');
  const phone = findPhone(tab, SHOWN_CONTACT);
  await phone.getByRole('button', { name: 'Call', exact: true }).click();
  await phone.getByText('The app waits for keys').waitFor();
  let sent = 0;
  let release = () => {};
  const arePressed = new Promise<void>((resolve) => {
    release = resolve;
  });
  await tab.route('**/press', async (route) => {
    sent += 1;
    if (sent === 1) await arePressed;
    await route.continue();
  });
  for (const key of ['4', '2', '#']) await phone.getByRole('button', { name: `Key ${key}` }).click();
  release();
  await expect.poll(() => lab.app.formsAt('/code')).toMatchObject([{ Digits: '42' }]);
});

it('a transcript that is longer than its place shows its end', async () => {
  const lab = await openLab({ browser: { viewport: { width: 390, height: 780 } } });
  answer(lab, { '/voice': '<Gather finishOnKey="" timeout="600"><Say>Press keys</Say></Gather>' });
  const tab = await lab.openTab('/phones');
  const phone = findPhone(tab, SHOWN_CONTACT);
  await phone.getByRole('button', { name: 'Call', exact: true }).click();
  await phone.getByText('The app waits for').waitFor();
  for (const key of [1, 2, 3, 4, 5, 6, 7, 8]) await phone.getByRole('button', { name: `Key ${key}` }).click();
  const transcript = phone.getByRole('list', { name: 'What was said' });
  await transcript.getByText('keys 8').waitFor();
  const hidden = () => transcript.evaluate((list) => list.scrollHeight - list.clientHeight - list.scrollTop);
  await expect.poll(hidden).toBeLessThanOrEqual(1);
  expect(await transcript.evaluate((list) => list.scrollTop)).toBeGreaterThan(0);
});

it('a call ends on the page when the app hangs up', async () => {
  const lab = await openLab();
  answer(lab, { '/voice': '<Gather numDigits="1" action="/end" timeout="600"/>', '/end': '<Hangup/>' });
  const tab = await lab.openTab('/phones');
  const phone = findPhone(tab, SHOWN_CONTACT);
  await phone.getByRole('button', { name: 'Call', exact: true }).click();
  await phone.getByRole('button', { name: 'Key 9' }).click();
  await phone.locator('.call-view').waitFor({ state: 'detached' });
  await phone.locator('.bubble.call', { hasText: 'completed' }).waitFor();
});

it('two phones ring at once, each only on its own; one is answered, and the other is declined', async () => {
  const lab = await openLab();
  const { sandbox, client, app } = lab;
  answer(lab, { '/ring': '<Say>Hello</Say><Pause length="600"/>' });
  for (const number of [CONTACT, OWNER]) sandbox.phone(number).behave({ calls: 'no-answer' });
  const tab = await lab.openTab('/phones');
  const [first, second] = [findPhone(tab, SHOWN_CONTACT), findPhone(tab, SHOWN_OWNER)];
  await first.getByRole('textbox', { name: `Text to ${SHOWN_MASK}` }).focus();
  for (const to of [CONTACT, OWNER]) {
    await client.calls.create({ from: MASK, to, url: `${app.origin}/ring`, timeout: 600 });
  }
  for (const phone of [first, second]) {
    await phone.getByRole('alert').getByText('Incoming call').waitFor();
    await phone.getByRole('alert').getByText(SHOWN_MASK).waitFor();
  }
  // An alert never takes the focus from somebody who types.
  const focused = await tab.evaluate('document.activeElement.getAttribute("aria-label")');
  expect(focused).toBe(`Text to ${SHOWN_MASK}`);
  await first.getByRole('button', { name: 'Answer' }).click();
  await second.getByRole('button', { name: 'Decline' }).click();
  await whenTranscript(tab, SHOWN_CONTACT, ['Hello']);
  await second.locator('.call-view').waitFor({ state: 'detached' });
  await expect
    .poll(() => [CONTACT, OWNER].map((number) => sandbox.phone(number).calls()[0]?.state))
    .toEqual(['talking', 'rejected']);
});
