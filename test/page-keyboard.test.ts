// The page without a mouse: texts, calls, a failing app and replays by Tab, Enter, Space, arrows and typed keys alone.
import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { DEADLINE } from './support/deadline.js';
import { hasFocus, tabTo } from './support/keyboard.js';
import {
  CONTACT,
  findPhone,
  MASK,
  OWNER,
  SHOWN_CONTACT,
  SHOWN_MASK,
  SHOWN_OWNER,
  usePageLab,
  whenComplete,
  whenLive,
} from './support/page-lab.js';
import { twiml } from './support/webhook-app.js';

const openLab = usePageLab();

/** Goes to a control by Tab, and presses a key on it. */
async function press(tab: Page, target: Locator, key: 'Enter' | 'Space' = 'Enter'): Promise<void> {
  await tabTo(tab, target);
  await tab.keyboard.press(key);
}

/** Goes to a field by Tab, and replaces what is in it. */
async function type(tab: Page, field: Locator, text: string): Promise<void> {
  await tabTo(tab, field);
  await tab.keyboard.press('Control+a');
  await tab.keyboard.type(text);
}

const whenFocused = (target: Locator) => expect.poll(() => hasFocus(target)).toBe(true);

it('a text is sent, and its thread, its trace and the privacy light are found', async () => {
  const { sandbox, openTab } = await openLab();
  const tab = await openTab('/privacy');
  await whenLive(tab);
  await type(tab, tab.getByLabel('Number to hide'), OWNER);
  await press(tab, tab.getByRole('button', { name: 'Watch it' }));
  await tab.keyboard.press('Escape');
  await tab.keyboard.press('1');
  const contact = findPhone(tab, SHOWN_CONTACT);
  await contact.waitFor();
  await tab.keyboard.press('n');
  await whenFocused(contact.getByRole('textbox', { name: `Text to ${SHOWN_MASK}` }));
  await tab.keyboard.type('Hello 1 2 3 / . ?');
  await tab.keyboard.press('Enter');
  await findPhone(tab, SHOWN_OWNER)
    .locator('.bubble.received', { hasText: '📲 Hello 1 2 3 / . ?' })
    .waitFor();
  const traceId = sandbox.traces()[0]?.traceId ?? '';
  await sandbox.whenQuiet(traceId, { timeout: DEADLINE });

  const why = contact.getByRole('link', { name: 'why?' });
  await tabTo(tab, why, 'Shift+Tab');
  await tab.keyboard.press('Enter');
  await whenFocused(tab.getByRole('heading', { level: 1, name: `${CONTACT}'s text reached ${OWNER}` }));
  // The last step must not be another one a moment later.
  await expect.poll(() => tab.getByRole('treeitem').count()).toBe(sandbox.trace(traceId)?.tree.length);
  const selected = tab.getByRole('treeitem', { selected: true });
  await tab.keyboard.press('j');
  await whenFocused(selected);
  const first = await selected.innerText();
  await tab.keyboard.press('ArrowRight');
  await expect.poll(() => selected.innerText()).not.toBe(first);
  await whenFocused(selected);
  await tab.keyboard.press('ArrowLeft');
  await expect.poll(() => selected.innerText()).toBe(first);
  await tab.keyboard.press('End');
  await whenFocused(tab.getByRole('treeitem').last());
  await tab.keyboard.press('Home');
  await whenFocused(tab.getByRole('treeitem').first());
  await tab.keyboard.press('Escape');
  await whenFocused(why);

  await press(tab, tab.getByRole('link', { name: '✓ 0 leaks' }));
  await tab.getByText('Only its own phone may see it. Nobody else did.').waitFor();
});

it('two phones ring: one is answered, presses keys and speaks; both sides hang up, and the focus never gets lost', async () => {
  const { sandbox, app, client, openTab } = await openLab();
  const documents: Readonly<Record<string, string>> = {
    '/voice': '<Gather finishOnKey="#" timeout="600" action="/name"><Say>Your code</Say></Gather>',
    '/name': '<Gather input="speech" timeout="600" action="/end"><Say>Your name?</Say></Gather>',
    '/end': '<Say>Bye</Say><Hangup/>',
  };
  app.answer(({ path }) => twiml(`<Response>${documents[path] ?? ''}</Response>`));
  for (const number of [CONTACT, OWNER]) sandbox.phone(number).behave({ calls: 'no-answer' });
  const tab = await openTab('/phones');
  await whenLive(tab);
  const [contact, owner] = [findPhone(tab, SHOWN_CONTACT), findPhone(tab, SHOWN_OWNER)];
  const composer = contact.getByRole('textbox', { name: `Text to ${SHOWN_MASK}` });
  await tabTo(tab, composer);
  await tab.keyboard.type('I am ');
  for (const to of [CONTACT, OWNER]) {
    await client.calls.create({ from: MASK, to, url: `${app.origin}/voice`, timeout: 600 });
  }
  for (const phone of [contact, owner]) await phone.getByRole('alert').getByText('Incoming call').waitFor();
  // Neither call takes the focus from somebody who types.
  await tab.keyboard.type('typing');
  await expect.poll(() => composer.inputValue()).toBe('I am typing');

  await tabTo(tab, contact.getByRole('button', { name: 'Answer' }), 'Shift+Tab');
  await tab.keyboard.press('Enter');
  const call = contact.getByRole('group', { name: `Call with ${SHOWN_MASK}` });
  await contact.getByText('The app waits for').waitFor();
  await whenFocused(call);
  await tab.keyboard.press('1');
  await tab.keyboard.press('#');
  await contact.getByText('The app waits for words').waitFor();
  expect(app.formsAt('/name')).toMatchObject([{ Digits: '1' }]);
  await press(tab, owner.getByRole('button', { name: 'Answer' }), 'Space');
  await owner.getByText('The app waits for').waitFor();
  await whenFocused(owner.getByRole('group', { name: `Call with ${SHOWN_MASK}` }));
  await press(tab, owner.getByRole('button', { name: 'Hang up' }));
  await owner.locator('.call-view').waitFor({ state: 'detached' });
  await expect
    .poll(() => tab.evaluate('document.activeElement.closest(".phone")?.getAttribute("aria-label")'))
    .toBe(`Phone ${SHOWN_OWNER}`);

  await tabTo(tab, contact.getByLabel('Say something'), 'Shift+Tab');
  await tab.keyboard.type('Ann Example');
  await tab.keyboard.press('Enter');
  // The app hangs up.
  await contact.locator('.call-view').waitFor({ state: 'detached' });
  expect(app.formsAt('/end')).toMatchObject([{ SpeechResult: 'Ann Example' }]);
  await expect
    .poll(() => tab.evaluate('document.activeElement.closest(".phone")?.getAttribute("aria-label")'))
    .toBe(`Phone ${SHOWN_CONTACT}`);
  await contact.locator('.bubble.call', { hasText: 'completed' }).waitFor();
  await tabTo(tab, composer);
  expect(await composer.inputValue()).toBe('I am typing');
});

it('a phone calls, its keys are digits, and the focus returns to the button that called', async () => {
  const { app, openTab } = await openLab();
  app.answer(() => twiml('<Response><Gather timeout="600"><Say>Press</Say></Gather></Response>'));
  const tab = await openTab('/phones');
  await whenLive(tab);
  const contact = findPhone(tab, SHOWN_CONTACT);
  const button = contact.getByRole('button', { name: 'Call', exact: true });
  await press(tab, button);
  await whenFocused(contact.getByRole('group', { name: `Call with ${SHOWN_MASK}` }));
  await contact.getByText('The app waits for').waitFor();
  await tab.keyboard.press('2');
  await contact.getByText('keys 2').waitFor();
  expect(new URL(tab.url()).pathname).toBe('/phones');
  await press(tab, contact.getByRole('button', { name: 'Hang up' }));
  await whenFocused(button);
});

it('an app that answers 500: its reason is found, and the webhook is replayed edited, signed anew, and unsigned', async () => {
  const { app, openTab } = await openLab();
  app.answer(({ signed, form }) => {
    if (!signed) return { status: 403, type: 'text/plain', body: 'The signature is wrong.' };
    return form.Body === 'fixed'
      ? twiml('<Response/>')
      : { status: 500, type: 'text/plain', body: 'KeyError' };
  });
  const tab = await openTab('/phones');
  await whenLive(tab);
  const contact = findPhone(tab, SHOWN_CONTACT);
  await type(tab, contact.getByRole('textbox', { name: `Text to ${SHOWN_MASK}` }), 'Hello');
  await tab.keyboard.press('Enter');
  await contact.locator('.bubble.sent.failed').waitFor();
  await tab.keyboard.press('Escape');
  await tab.keyboard.press('.');
  await whenFocused(tab.getByRole('heading', { level: 1 }));
  // The first failure is the selected step, and Enter opens its webhook.
  await tab.keyboard.press('j');
  await whenFocused(tab.getByRole('treeitem', { selected: true }));
  await tab.keyboard.press('Enter');
  await tab.locator('.answer-line').getByText('Answered 500').waitFor();
  await tab.getByRole('group', { name: 'The whole body' }).getByText('KeyError').waitFor();

  await tab.keyboard.press('r');
  await whenFocused(tab.getByRole('tab', { name: 'Replay' }));
  await tabTo(tab, tab.getByRole('button', { name: 'Send again' }));
  await tab.keyboard.press('Enter');
  const result = tab.getByRole('region', { name: 'Result of the replay' });
  await result.getByText('The same answer as before').waitFor();
  await type(tab, tab.getByLabel('Body', { exact: true }), 'fixed');
  await tabTo(tab, tab.getByRole('button', { name: 'Send again' }), 'Shift+Tab');
  await tab.keyboard.press('Enter');
  await result.getByText('Answered 200').waitFor();
  await whenFocused(tab.getByRole('button', { name: 'Send again' }));

  await tabTo(tab, tab.getByLabel('sign it anew'), 'Shift+Tab');
  await tab.keyboard.press('ArrowDown');
  await tabTo(tab, tab.getByRole('button', { name: 'Send again' }));
  await tab.keyboard.press('Enter');
  await result.getByText('The signature is wrong.', { exact: true }).waitFor();
  expect(app.calls.map(({ signed }) => signed)).toEqual([true, true, true, false]);
});

it('the timeline is one Tab stop, whose rows are gone through by keys, and comes back to the row that was opened', async () => {
  const { sandbox, openTab } = await openLab();
  for (let sent = 0; sent < 20; sent += 1) {
    const { traceId } = await sandbox.text({ from: CONTACT, to: MASK, body: `No. ${sent}` });
    await sandbox.whenQuiet(traceId, { timeout: DEADLINE });
  }
  const tab = await openTab('/timeline');
  await whenLive(tab);
  // Earlier events that come later change the numbers of the rows.
  await whenComplete(tab, { sandbox });
  const grid = tab.getByRole('grid', { name: 'Events' });
  const focusedRow = async () =>
    Number(
      await tab.evaluate(
        'document.activeElement.closest("[aria-rowindex]")?.getAttribute("aria-rowindex") ?? 0',
      ),
    );
  await tabTo(tab, grid.getByRole('link'));
  const last = await focusedRow();
  expect(last).toBeGreaterThan(60);
  await tab.keyboard.press('Home');
  await expect.poll(focusedRow).toBe(1);
  await tab.keyboard.press('PageDown');
  await expect.poll(focusedRow).toBeGreaterThan(10);
  const row = await focusedRow();
  await tab.keyboard.press('k');
  await expect.poll(focusedRow).toBe(row - 1);
  // What happens meanwhile neither takes the focus nor scrolls the row away.
  await sandbox.text({ from: CONTACT, to: MASK, body: 'Another' });
  await tab.getByRole('button', { name: /new ↓$/ }).waitFor();
  expect(await focusedRow()).toBe(row - 1);
  await tab.keyboard.press('Enter');
  await whenFocused(tab.getByRole('heading', { level: 1 }));
  await tab.keyboard.press('Escape');
  await expect.poll(focusedRow).toBe(row - 1);
});

it('a dialog gives the focus back, and page keys are off in it', async () => {
  const { openTab } = await openLab();
  const tab = await openTab('/controls');
  await whenLive(tab);
  const find = tab.getByRole('button', { name: 'Find' });
  await press(tab, find);
  await tab.getByRole('dialog', { name: 'Go to' }).waitFor();
  await tab.keyboard.press('Escape');
  await whenFocused(find);
  await tab.keyboard.press('?');
  const help = tab.getByRole('dialog', { name: 'Keys' });
  await help.waitFor();
  await press(tab, help.getByRole('button', { name: 'Close' }), 'Space');
  await help.waitFor({ state: 'detached' });
  await whenFocused(find);
  await tab.keyboard.press('?');
  await help.waitFor();
  await tabTo(tab, help.getByRole('button', { name: 'Close' }));
  await tab.keyboard.press('1');
  expect(new URL(tab.url()).pathname).toBe('/controls');
});

it('the name of a phone is left as it was by Esc, and the focus is on it again', async () => {
  const { sandbox, openTab } = await openLab();
  await sandbox.text({ from: CONTACT, to: MASK, body: 'Hello' });
  const tab = await openTab('/phones');
  await whenLive(tab);
  const name = findPhone(tab, SHOWN_CONTACT).getByRole('button', { name: SHOWN_CONTACT });
  await press(tab, name);
  const field = tab.getByLabel('Name of the phone');
  await whenFocused(field);
  await tab.keyboard.type('Nobody');
  await tab.keyboard.press('Escape');
  await whenFocused(name);
  await press(tab, name);
  await whenFocused(field);
  await tab.keyboard.type('Ann');
  await tab.keyboard.press('Enter');
  const named = findPhone(tab, 'Ann').getByRole('button', { name: 'Ann' });
  await whenFocused(named);
  expect(sandbox.phone(CONTACT).label()).toBe('Ann');
});
