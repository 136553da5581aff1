// The page by Tab alone: each screen is walked through, and each stop is looked at.
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { DEADLINE } from './support/deadline.js';
import { findSmallTargets, walkTabs } from './support/keyboard.js';
import {
  CONTACT,
  findPhone,
  MASK,
  OWNER,
  type PageLab,
  SHOWN_CONTACT,
  usePageLab,
  whenLive,
} from './support/page-lab.js';
import { twiml } from './support/webhook-app.js';

const openLab = usePageLab();

/** Widths of a window, in which the page is arranged in another way, and one that is enlarged to 400 %. */
const WINDOWS = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
  { width: 720, height: 450 },
  { width: 320, height: 256 },
];

/** A text that the app answers with 500, a number that a phone must not see, a fault and an opt-out. */
async function fill({ sandbox, app, client }: PageLab): Promise<readonly string[]> {
  sandbox.assertShownOnlyTo(OWNER, []);
  app.answer(() => ({ status: 500, body: 'Number Is Out Of Seconds.', type: 'text/plain' }));
  const { traceId } = await sandbox.text({ from: CONTACT, to: MASK, body: 'Hello' });
  await client.messages.create({ from: MASK, to: CONTACT, body: `Call ${OWNER}` });
  const [ofApp] = sandbox.traces();
  for (const id of [traceId, ofApp?.traceId ?? '']) await sandbox.whenQuiet(id, { timeout: DEADLINE });
  sandbox.fail({ path: 'Calls', answer: 'drop' });
  sandbox.optOut({ sender: MASK, phone: CONTACT });
  const [webhook] = sandbox.exchanges({ direction: 'webhook' });
  const [rest] = sandbox.exchanges({ direction: 'rest' });
  const lists = ['/phones', '/timeline', '/traces', '/webhooks', '/privacy', '/controls'];
  return [...lists, `/t/${traceId}`, `/webhooks/${webhook?.id}`, `/rest/${rest?.id}`];
}

/** Loads a screen anew, so that Tab begins at its start. Another tab keeps the shared worker running meanwhile. */
async function show(tab: Page, screen: string): Promise<void> {
  await tab.goto(new URL(screen, tab.url()).href);
  await whenLive(tab);
  await tab.locator('main > :not(h1):not(.skeleton)').first().waitFor();
  await tab.locator('.skeleton').waitFor({ state: 'detached' });
  // A card that is loaded during the walk would have a stop more.
  if (screen === '/controls') await tab.getByText('registered', { exact: true }).first().waitFor();
}

/** Returns what is wrong with the stops and the targets of the shown screen. */
async function inspect(tab: Page, name: string): Promise<string[]> {
  const { problems, count } = await walkTabs(tab);
  expect(count).toBeGreaterThan(2);
  return [...problems, ...(await findSmallTargets(tab))].map((problem) => `${name}: ${problem}`);
}

describe.each(WINDOWS)('in a window of $width × $height, Tab', (viewport) => {
  const size = `${viewport.width}`;

  it('goes through each screen in the order that is seen, to all that can be used, and out again', async () => {
    const lab = await openLab({ browser: { viewport } });
    const screens = await fill(lab);
    const tab = await lab.openTab();
    await lab.openTab();
    const found: string[] = [];
    for (const screen of screens) {
      await show(tab, screen);
      if (screen === '/phones') await findPhone(tab, SHOWN_CONTACT).locator('.why').first().waitFor();
      if (screen === '/controls')
        for (const name of ['Remove', 'Opt in again']) await tab.getByRole('button', { name }).waitFor();
      found.push(...(await inspect(tab, `${screen} ${size}`)));
    }
    const [, , , , , , trace = '', webhook = ''] = screens;
    for (const [screen, part] of [
      [trace, 'Who did what'],
      [webhook, 'Replay'],
      [webhook, 'Request'],
    ] as const) {
      await show(tab, screen);
      await tab.getByRole('tab', { name: part }).click();
      found.push(...(await inspect(tab, `${screen} ${part} ${size}`)));
    }
    expect(found).toEqual([]);
  });

  it('goes through each empty screen, and stays in an open dialog', async () => {
    const lab = await openLab({ browser: { viewport } });
    const tab = await lab.openTab();
    await lab.openTab();
    const found: string[] = [];
    for (const screen of ['/phones', '/timeline', '/webhooks', '/privacy', '/controls', '/t/none']) {
      await show(tab, screen);
      found.push(...(await inspect(tab, `${screen} ${size}`)));
    }
    await tab.keyboard.press('?');
    await tab.getByRole('dialog', { name: 'Keys' }).waitFor();
    for (let pressed = 0; pressed < 6; pressed += 1) {
      await tab.keyboard.press('Tab');
      const where = await tab.evaluate(
        'document.activeElement === document.body || document.activeElement.closest("dialog") !== null',
      );
      expect(where).toBe(true);
    }
    found.push(...(await findSmallTargets(tab, 24, 'dialog')));
    expect(found).toEqual([]);
  });

  it('reaches a ringing phone and a phone in a call, but nothing that the call covers', async () => {
    const lab = await openLab({ browser: { viewport } });
    const { sandbox, app, client } = lab;
    for (const number of [CONTACT, OWNER]) sandbox.phone(number).behave({ calls: 'no-answer' });
    app.answer(() => twiml('<Response><Gather timeout="600"><Say>Press a key</Say></Gather></Response>'));
    await sandbox.text({ from: CONTACT, to: MASK, body: 'Hello' });
    for (const to of [CONTACT, OWNER]) {
      await client.calls.create({ from: MASK, to, url: `${app.origin}/voice`, timeout: 600 });
    }
    const tab = await lab.openTab('/phones');
    await findPhone(tab, SHOWN_CONTACT).getByRole('button', { name: 'Answer' }).waitFor();
    const found = await inspect(tab, `ringing ${size}`);
    await findPhone(tab, SHOWN_CONTACT).getByRole('button', { name: 'Answer' }).click();
    await findPhone(tab, SHOWN_CONTACT).getByText('The app waits for').waitFor();
    await show(tab, '/phones');
    await findPhone(tab, SHOWN_CONTACT).getByText('The app waits for').waitFor();
    found.push(...(await inspect(tab, `in a call ${size}`)));
    found.push(...(await findSmallTargets(tab, 44, '.keypad')));
    expect(found).toEqual([]);
  });
});
