// The page of a live account in Chromium: what it shows of a tunnel's webhooks, with numbers in part, and a replay.
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openCommandPage } from '../src/cli/core/page.js';
import { checkScreens } from './support/axe.js';
import { findBrowser, NO_BROWSER, openBrowser } from './support/browser.js';
import { DEADLINE } from './support/deadline.js';
import { ask, BASE, FORM, SMS, startApp, startTunnel, TOKEN, webhook } from './support/gateway.js';
import { openOwnStateFolder } from './support/own-state-folder.js';
import { createWorkspace } from './support/workspace.js';

beforeEach(({ skip }) => skip(findBrowser() === undefined, NO_BROWSER));

/** Opens the page beside a gateway whose app fails until it is fixed, with one webhook that failed and one refused. */
async function openLivePage(options: { readonly bypassCSP?: boolean } = {}) {
  const workspace = createWorkspace();
  onTestFinished(workspace.remove);
  const folder = openOwnStateFolder(workspace.file('.relay-phone'));
  let isFixed = false;
  const app = await startApp((incoming, outgoing) => {
    incoming.resume().on('end', () => {
      const [status, body] = isFixed ? [200, '<Response/>'] : [500, "KeyError: 'Message'"];
      outgoing.writeHead(status, { 'Content-Type': isFixed ? 'text/xml' : 'text/plain' }).end(body);
    });
  });
  const tunnel = await startTunnel(workspace, app.origin);
  onTestFinished(tunnel.end);
  const account = { accountSid: `AC${'1'.repeat(32)}`, authToken: TOKEN, app: app.origin };
  const subject = { kind: 'live', account } as const;
  const page = await openCommandPage({ now: Date.now }, folder, { host: 'tunnel', subject, port: 0 });
  onTestFinished(page.close);
  await ask(tunnel.origin, webhook({ form: FORM }));
  await ask(tunnel.origin, webhook({}, { token: 'f'.repeat(32) }));
  const tab = await openBrowser(findBrowser() ?? '', options);
  tab.setDefaultTimeout(DEADLINE);
  await tab.goto(page.createAddress());
  await tab.getByText('LIVE account: costs money').waitFor();
  const fix = () => {
    isFixed = true;
  };
  return { tab, fix, receive: (request: Parameters<typeof ask>[1]) => ask(tunnel.origin, request) };
}

describe('the page of a live account', () => {
  it('leads from a failed webhook to the reason, and sends it again once the app is fixed', async () => {
    const { tab, fix } = await openLivePage();
    await tab.locator('.exchange-item', { hasText: '500' }).click();
    await tab.getByText("KeyError: 'Message'").waitFor();
    await tab.getByText('✓ Signature valid for').waitFor();
    fix();
    await tab.getByRole('tab', { name: 'Replay' }).click();
    await tab.getByRole('button', { name: 'Send again' }).click();
    await tab.getByRole('heading', { name: 'Answered 200 (before: 500)' }).waitFor();
  });

  it.each([
    ['http', `http${BASE.slice('https'.length)}${SMS}`, 'wrong scheme', ['∅', 's']],
    ['a slash at its end', `${BASE}${SMS}/`, 'trailing slash', ['/', '∅']],
  ])(
    'marks where the signed URL differs from the one that the app computes: %s',
    async (_, url, why, marks) => {
      const { tab, receive } = await openLivePage();
      await receive(webhook({}, { url }));
      await tab.getByRole('tab', { name: 'Refused' }).click();
      await tab.locator('.exchange-item').first().click();
      await tab.getByText(`Bad signature: ${why}`).waitFor();
      const signed = tab.locator('.failure .fields > div').filter({ hasText: /^signed/ });
      const computed = tab.locator('.failure .fields > div').filter({ hasText: /^your app computes/ });
      expect(await signed.locator('mark').allInnerTexts()).toEqual([marks[0]]);
      expect(await computed.locator('mark').allInnerTexts()).toEqual([marks[1]]);
      expect((await computed.locator('dd').innerText()).replace('∅', '')).toBe(BASE + SMS);
    },
  );

  it('shows numbers in part until they are asked for, and forgets that with the next load', async () => {
    const { tab } = await openLivePage();
    const text = () => tab.evaluate('document.body.innerText') as Promise<string>;
    await tab.locator('.exchange-item').first().waitFor();
    expect(await text()).not.toContain(FORM.From.slice(-7));
    await tab.getByRole('button', { name: 'Show numbers' }).click();
    const spaced = FORM.From.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '+1 $1 $2 $3');
    await tab.getByText(spaced).first().waitFor();
    await tab.reload();
    await tab.getByRole('button', { name: 'Show numbers' }).waitFor();
    await tab.locator('.exchange-item').first().waitFor();
    expect(await text()).not.toContain(FORM.From.slice(-4));
  });

  it('has nothing that axe finds against WCAG 2.2 AA, in both widths and themes', async () => {
    const { tab } = await openLivePage({ bypassCSP: true });
    await tab.locator('.exchange-item').first().waitFor();
    expect(await checkScreens(tab, ['/webhooks', '/webhooks?direction=refused', '/webhooks/1'])).toEqual([]);
    await tab.getByRole('tab', { name: 'Replay' }).click();
    expect(await checkScreens(tab, ['/webhooks/1'])).toEqual([]);
  });
});
