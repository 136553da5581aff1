// The page in Chromium while its connection is lost: what would change the sandbox is off, and nothing typed is lost.
import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { findViolations } from './support/axe.js';
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
  whenLive,
} from './support/page-lab.js';
import { twiml } from './support/webhook-app.js';

const openLab = usePageLab();

const REASON = 'Not connected: nothing can be changed until relay-phone answers again.';

/** Cuts the connection, and waits until the tab says so. */
async function cut(tab: Page, { closePage }: PageLab): Promise<void> {
  await whenLive(tab);
  await closePage();
  await tab.getByText('Reconnecting, last event').waitFor();
}

/** Returns the names of the controls that can still be used, without fields of forms. */
async function listUsable(within: Locator): Promise<string[]> {
  const controls = within.locator('button:enabled, .behaviour select:enabled');
  return controls.evaluateAll((all) => all.map((one) => one.getAttribute('aria-label') ?? one.textContent));
}

describe('while the connection is lost', () => {
  it('all controls are off and say why, and are on again with the connection, with what was typed', async () => {
    const lab = await openLab({ sandbox: { clock: 'manual' } });
    const { sandbox } = lab;
    await sandbox.text({ from: OWNER, to: MASK, body: 'STOP' });
    sandbox.fail({ path: 'Calls', answer: 'drop' });
    const tab = await lab.openTab('/controls');
    const screen = tab.getByRole('region', { name: 'Controls' });
    for (const name of ['Remove', 'Opt in again']) await screen.getByRole('button', { name }).waitFor();
    await screen.getByLabel('When called').first().waitFor();
    await screen.getByLabel('Advance by').fill('3h');
    await cut(tab, lab);
    await screen.getByText(REASON).waitFor();
    expect(await listUsable(screen)).toEqual([]);
    expect(await screen.getByRole('button', { name: 'Advance', exact: true }).getAttribute('title')).toBe(
      'Not connected',
    );
    expect(await findViolations(tab)).toEqual([]);
    await lab.reopenPage();
    await screen.getByText(REASON).waitFor({ state: 'detached' });
    expect(await screen.getByLabel('Advance by').inputValue()).toBe('3h');
    const before = sandbox.clock.now();
    await screen.getByRole('button', { name: 'Advance', exact: true }).click();
    await expect.poll(() => sandbox.clock.now() - before).toBe(3 * 3_600_000);
  });

  it('no number is watched or let go, and the number that was typed is watched afterwards', async () => {
    const lab = await openLab();
    lab.sandbox.assertShownOnlyTo(CONTACT, []);
    const tab = await lab.openTab('/privacy');
    const screen = tab.getByRole('region', { name: 'Privacy' });
    await screen.getByRole('button', { name: 'Stop watching' }).waitFor();
    await screen.getByLabel('Number to hide').fill(OWNER);
    await cut(tab, lab);
    await screen.getByText(REASON).waitFor();
    expect(await listUsable(screen)).toEqual([]);
    await screen.getByLabel('Number to hide').press('Enter');
    await lab.reopenPage();
    await screen.getByRole('button', { name: 'Watch it' }).click();
    await screen.getByRole('button', { name: `Stop watching ${SHOWN_OWNER}` }).waitFor();
  });

  it('a call cannot be answered, declined, or pressed keys in, and what is being said waits', async () => {
    const lab = await openLab();
    lab.app.answer(() => twiml('<Response><Gather input="dtmf speech" timeout="600"/></Response>'));
    lab.sandbox.phone(OWNER).behave({ calls: 'no-answer' });
    lab.sandbox.phone(CONTACT).call(MASK);
    await lab.client.calls.create({ from: MASK, to: OWNER, twiml: '<Response/>', timeout: 600 });
    const tab = await lab.openTab('/phones');
    const [talking, ringing] = [findPhone(tab, SHOWN_CONTACT), findPhone(tab, SHOWN_OWNER)].map((phone) =>
      phone.getByRole('group', { name: `Call with ${SHOWN_MASK}` }),
    ) as [Locator, Locator];
    await ringing.getByRole('button', { name: 'Answer' }).waitFor();
    await talking.getByText('The app waits for').waitFor();
    await talking.getByLabel('Say something').fill('Is it red?');
    await cut(tab, lab);
    for (const panel of [talking, ringing]) {
      await panel.getByText(REASON).waitFor();
      expect(await listUsable(panel)).toEqual([]);
    }
    // The field keeps the focus: its letters must not become keys of the page.
    await talking.getByLabel('Say something').press('Enter');
    await tab.keyboard.type(' 1');
    expect(await talking.getByLabel('Say something').inputValue()).toBe('Is it red? 1');
    expect(await findViolations(tab)).toEqual([]);
    await lab.reopenPage();
    await talking.getByRole('button', { name: 'Say' }).click();
    const said = () =>
      lab.sandbox
        .phone(CONTACT)
        .calls()[0]
        ?.said.map(({ content }) => content);
    await expect.poll(said).toEqual(['Is it red? 1']);
  });

  it('a phone does not change how it is called, and keeps a text and a name that are being typed', async () => {
    const lab = await openLab();
    const tab = await lab.openTab('/phones');
    const phone = findPhone(tab, SHOWN_CONTACT);
    await phone.getByLabel(`Text to ${SHOWN_MASK}`).fill('Hello');
    await phone.getByRole('button', { name: SHOWN_CONTACT }).click();
    await tab.getByLabel('Name of the phone').fill('Ann');
    await cut(tab, lab);
    await tab.getByLabel('Name of the phone').press('Enter');
    await tab.getByRole('alert').getByText('relay-phone does not answer').waitFor();
    for (const name of ['Send', 'Call']) {
      const button = phone.getByRole('button', { name, exact: true });
      expect([await button.isDisabled(), await button.getAttribute('title')]).toEqual([
        true,
        'Not connected',
      ]);
    }
    expect(await phone.getByLabel('When called').isDisabled()).toBe(true);
    await lab.reopenPage();
    await whenLive(tab);
    await tab.getByLabel('Name of the phone').press('Enter');
    const named = findPhone(tab, 'Ann');
    await named.getByLabel(`Text to ${SHOWN_MASK}`).press('Enter');
    await expect.poll(() => lab.sandbox.phone(OWNER).texts()).toMatchObject([{ body: '📲 Hello' }]);
    expect(lab.sandbox.phone(CONTACT).label()).toBe('Ann');
  });
});
