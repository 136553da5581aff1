// The page for everybody: axe on each screen, what is announced, titles, narrow windows and reduced motion.
import { describe, expect, it } from 'vitest';
import { checkScreens, findViolations, showScreen, THEMES } from './support/axe.js';
import { DEADLINE } from './support/deadline.js';
import {
  CONTACT,
  findPhone,
  MASK,
  OWNER,
  type PageLab,
  SHOWN_CONTACT,
  SHOWN_OWNER,
  usePageLab,
  whenLive,
} from './support/page-lab.js';

const openLab = usePageLab();

const SCREENS = ['/phones', '/timeline', '/traces', '/webhooks', '/privacy', '/controls'];

/** A text that the app forwards, one that it answers with 500, and a number that a phone must not see. */
async function cause({ sandbox, app, client }: PageLab): Promise<string> {
  sandbox.assertShownOnlyTo(OWNER, []);
  app.answer(() => ({ status: 500, body: 'Number Is Out Of Seconds.', type: 'text/plain' }));
  const { traceId } = await sandbox.text({ from: CONTACT, to: MASK, body: 'Hello' });
  await client.messages.create({ from: MASK, to: CONTACT, body: `Call ${OWNER}` });
  const [ofApp] = sandbox.traces();
  for (const id of [traceId, ofApp?.traceId ?? '']) await sandbox.whenQuiet(id, { timeout: DEADLINE });
  sandbox.fail({ path: 'Calls', answer: 'drop' });
  sandbox.optOut({ sender: MASK, phone: CONTACT });
  return traceId;
}

describe('axe finds nothing against WCAG 2.2 AA', () => {
  it('on each empty screen, in both widths and themes', async () => {
    // axe is not part of the page, so its policy would refuse it.
    const lab = await openLab({ browser: { bypassCSP: true, reducedMotion: 'reduce' } });
    const tab = await lab.openTab();
    await whenLive(tab);
    expect(await checkScreens(tab, [...SCREENS, '/t/latest', '/webhooks?direction=rest'])).toEqual([]);
    // It does look: a button without a name is found.
    await tab.evaluate("document.querySelector('main').append(document.createElement('button'))");
    expect(await findViolations(tab)).toEqual([expect.stringMatching(/^button-name: /)]);
  });

  it('on each screen with failures, in both widths and themes', async () => {
    const lab = await openLab({ browser: { bypassCSP: true, reducedMotion: 'reduce' } });
    const traceId = await cause(lab);
    const [webhook] = lab.sandbox.exchanges({ direction: 'webhook' });
    const [rest] = lab.sandbox.exchanges({ direction: 'rest' });
    const tab = await lab.openTab();
    await whenLive(tab);
    const screens = [...SCREENS, `/t/${traceId}`, `/webhooks/${webhook?.id}`, `/rest/${rest?.id}`];
    const found = await checkScreens(tab, screens);
    found.push(
      ...(await checkScreens(tab, [`/t/${traceId}`], () =>
        tab.getByRole('tab', { name: 'Who did what' }).click(),
      )),
      ...(await checkScreens(tab, [`/webhooks/${webhook?.id}`], () =>
        tab.getByRole('tab', { name: 'Replay' }).click(),
      )),
    );
    // Another phone is added in a wide window only.
    await tab.setViewportSize({ width: 1440, height: 900 });
    await showScreen(tab, '/phones');
    await tab.getByLabel('Another phone').fill('no number');
    await tab.getByRole('button', { name: 'Add', exact: true }).click();
    await tab.getByRole('alert').waitFor();
    for (const colorScheme of THEMES) {
      await tab.emulateMedia({ colorScheme });
      found.push(...(await findViolations(tab)));
    }
    expect(found).toEqual([]);
  });

  it('on a ringing phone, on one that is in a call, in the dialogs and without access', async () => {
    const lab = await openLab({ browser: { bypassCSP: true, reducedMotion: 'reduce' } });
    const { sandbox, app, client } = lab;
    for (const number of [CONTACT, OWNER]) sandbox.phone(number).behave({ calls: 'no-answer' });
    app.answer(() => ({
      type: 'text/xml',
      body: '<Response><Gather timeout="600"><Say>Press a key</Say></Gather></Response>',
    }));
    const tab = await lab.openTab();
    await whenLive(tab);
    for (const to of [CONTACT, OWNER]) {
      await client.calls.create({ from: MASK, to, url: `${app.origin}/voice`, timeout: 600 });
    }
    const contact = findPhone(tab, SHOWN_CONTACT);
    await contact.getByRole('button', { name: 'Answer' }).click();
    await contact.getByText('The app waits for').waitFor();
    await findPhone(tab, SHOWN_OWNER).getByText('Incoming call').waitFor();
    const found = await checkScreens(tab, ['/phones']);
    await tab.locator('body').press('?');
    await tab.getByRole('dialog', { name: 'Keys' }).waitFor();
    found.push(...(await findViolations(tab)));
    await tab.keyboard.press('Escape');
    await tab.keyboard.press('Control+k');
    await tab.getByRole('dialog', { name: 'Go to' }).waitFor();
    found.push(...(await findViolations(tab)));
    await tab.evaluate("sessionStorage.setItem('relay-phone token', 'wrong')");
    await tab.reload();
    await tab.getByRole('heading', { name: 'This tab has no access' }).waitFor();
    for (const colorScheme of THEMES) {
      await tab.emulateMedia({ colorScheme });
      found.push(...(await findViolations(tab)));
    }
    expect(found).toEqual([]);
  });
});

it('everything but alerts is announced in one live region, and a thread is a log', async () => {
  const lab = await openLab();
  const tab = await lab.openTab('/phones');
  await whenLive(tab);
  await findPhone(tab, SHOWN_CONTACT).getByRole('log').waitFor();
  // A sentence stays there for two seconds.
  await tab.evaluate(`globalThis.announced = []; new MutationObserver(() =>
    announced.push(document.querySelector('[role="status"]').textContent)
  ).observe(document.querySelector('[role="status"]'), { subtree: true, childList: true, characterData: true })`);
  await lab.sandbox.text({ from: CONTACT, to: MASK, body: 'Hello' });
  await expect.poll(() => tab.evaluate('announced.join()')).toContain(`${CONTACT}'s text reached ${OWNER}`);
  const live = await tab.evaluate<
    string[]
  >(`[...document.querySelectorAll('[aria-live], [role="status"], [role="log"]')]
    .filter((element) => element.getAttribute('aria-live') !== 'off').map(({ className }) => className)`);
  expect(live).toEqual(['hidden']);
});

it('each screen has a title of its own', async () => {
  const lab = await openLab();
  const traceId = await cause(lab);
  const tab = await lab.openTab();
  await whenLive(tab);
  const titles: string[] = [];
  for (const screen of [...SCREENS, `/t/${traceId}`, '/webhooks/1', '/rest/2']) {
    await showScreen(tab, screen);
    // The first screen may be the one that is shown; the title changes after the screen.
    if (titles.length > 0) await expect.poll(() => tab.title()).not.toBe(titles.at(-1));
    titles.push(await tab.title());
  }
  expect(new Set(titles).size).toBe(titles.length);
  expect(await tab.evaluate('document.documentElement.lang')).toBe('en');
});

it('no screen is wider than a window of 320 pixels', async () => {
  const lab = await openLab({ browser: { viewport: { width: 320, height: 800 } } });
  const traceId = await cause(lab);
  const [webhook] = lab.sandbox.exchanges({ direction: 'webhook' });
  const tab = await lab.openTab();
  await whenLive(tab);
  const widths: Record<string, unknown> = {};
  const screens = [...SCREENS, `/t/${traceId}`, `/webhooks/${webhook?.id}`];
  for (const screen of screens) {
    await showScreen(tab, screen);
    widths[screen] = await tab.evaluate('document.documentElement.scrollWidth');
  }
  expect(widths).toEqual(Object.fromEntries(screens.map((screen) => [screen, 320])));
});

it('nothing moves for those who asked for reduced motion', async () => {
  const lab = await openLab({ browser: { reducedMotion: 'reduce' } });
  await cause(lab);
  const tab = await lab.openTab();
  await whenLive(tab);
  for (const screen of SCREENS) {
    await showScreen(tab, screen);
    const moving = await tab.evaluate(`document.getAnimations().filter(({ effect }) => {
      const { duration, iterations } = effect.getTiming();
      return Number(duration) * iterations > 1;
    }).length`);
    expect([screen, moving]).toEqual([screen, 0]);
  }
});
