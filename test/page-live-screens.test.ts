// The page of a live account in Chromium: its lists, keys and states, numbers in part, and a replay.
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { checkScreens, findViolations, showScreen, THEMES } from './support/axe.js';
import { findBrowser, NO_BROWSER } from './support/browser.js';
import { ask, BASE, FORM, SMS, webhook } from './support/gateway.js';
import { type LivePage, openLivePage, record, sendWebhooks } from './support/live-page.js';
import { findNotice } from './support/page-lab.js';

beforeEach(({ skip }) => skip(findBrowser() === undefined, NO_BROWSER));

/** Opens the page beside a gateway with one webhook that the app failed on, and one refused request. */
async function openWithWebhooks(options?: Parameters<typeof openLivePage>[0]) {
  const live = await openLivePage(options);
  const tunnel = await live.startTunnel();
  await sendWebhooks(tunnel);
  await live.tab.locator('.exchange-item').first().waitFor();
  return { ...live, tunnel };
}

const pathOf = (tab: Page) => expect.poll(() => tab.url().replace(/^http:\/\/[^/]+/, ''));
const textOf = (tab: Page) => tab.evaluate('document.body.innerText') as Promise<string>;
/** Scrolls the list to its end. */
const scrollToEnd = (tab: Page) =>
  tab.evaluate("{ const list = document.querySelector('.windowed'); list.scrollTop = list.scrollHeight }");

/** Answers 503 on the port of the page, which was closed. Returns how often its stream was asked for. */
async function answerInstead({ page }: Pick<LivePage, 'page'>) {
  let count = 0;
  const server = createServer((incoming, outgoing) => {
    if (incoming.url?.startsWith('/api/events')) count += 1;
    outgoing.writeHead(503).end();
  });
  server.listen(page().port, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(close);
  return { count: () => count, close };
}

describe('the page of a live account', () => {
  it('leads from a failed webhook to the reason, and sends it again once the app is fixed', async () => {
    const { tab, fix } = await openWithWebhooks();
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
      const { tab, tunnel } = await openWithWebhooks();
      await ask(tunnel.origin, webhook({}, { url }));
      await tab.getByRole('tab', { name: 'Refused' }).click();
      await tab.locator('.exchange-item').nth(1).waitFor();
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
    const { tab } = await openWithWebhooks();
    expect(await textOf(tab)).not.toContain(FORM.From.slice(-7));
    await tab.getByRole('button', { name: 'Show numbers' }).click();
    const spaced = FORM.From.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '+1 $1 $2 $3');
    await tab.getByText(spaced).first().waitFor();
    await tab.reload();
    await tab.getByRole('button', { name: 'Show numbers' }).waitFor();
    await tab.locator('.exchange-item').first().waitFor();
    expect(await textOf(tab)).not.toContain(FORM.From.slice(-4));
  });

  it('has the keys, the palette and the filter of the page of a sandbox, where they make sense', async () => {
    const { tab } = await openWithWebhooks();
    await tab.keyboard.press('2');
    await pathOf(tab).toBe('/webhooks?direction=refused');
    await tab.keyboard.press('g');
    await tab.keyboard.press('w');
    await pathOf(tab).toBe('/webhooks');
    await tab.keyboard.press('j');
    await tab.keyboard.press('Enter');
    await pathOf(tab).toBe('/webhooks/1');
    await tab.getByText("KeyError: 'Message'").waitFor();
    await tab.keyboard.press('r');
    await tab.getByRole('button', { name: 'Send again' }).waitFor();
    await tab.keyboard.press('Control+k');
    await tab.getByRole('combobox', { name: 'Go to' }).fill('refused');
    await tab.keyboard.press('Enter');
    await pathOf(tab).toBe('/webhooks?direction=refused');
    await tab.locator('dialog').waitFor({ state: 'detached' });
    await tab.keyboard.press('Control+k');
    await tab.getByRole('combobox', { name: 'Go to' }).fill('no. 500 inbound_sms');
    await tab.keyboard.press('Enter');
    await pathOf(tab).toBe('/webhooks/1');
    await tab.keyboard.press('.');
    await tab.keyboard.press('?');
    const keys = tab.getByRole('dialog', { name: 'Keys' });
    await keys.getByText('replay the webhook that is shown').waitFor();
    expect(await keys.innerText()).not.toMatch(/phone|trace|timeline/i);
    await tab.keyboard.press('Escape');
    await tab.keyboard.press('/');
    await expect.poll(() => tab.evaluate('document.activeElement.id')).toBe('filter');
    await tab.keyboard.type('status:2xx');
    await tab.getByRole('heading', { name: 'Nothing matches' }).waitFor();
    await tab.getByRole('button', { name: 'Failures' }).click();
    await tab.getByRole('button', { name: 'Remove the filter' }).click();
    await tab.getByText('1 webhook', { exact: true }).waitFor();
    await tab.getByRole('searchbox').fill(FORM.From);
    await tab.getByText('“Show numbers” finds whole ones').waitFor();
    await tab.getByRole('button', { name: 'Show numbers' }).click();
    await tab.getByText('1 webhook', { exact: true }).waitFor();
  });

  it('stays small with thousands of webhooks, and goes back to the first one', async () => {
    const { tab, tunnel } = await openWithWebhooks({ viewport: { width: 1440, height: 900 } });
    const { gateway } = tunnel;
    record(gateway, 1500, (index) => ({ status: 200, kind: index === 7 ? 'inbound_call' : 'inbound_sms' }));
    await tab.reload();
    await tab.getByText('The newest 100 webhooks; scroll for earlier ones').waitFor();
    expect(await tab.evaluate("document.querySelectorAll('*').length")).toBeLessThan(1500);
    await expect
      .poll(async () => {
        await scrollToEnd(tab);
        return tab.locator('.exchange-list .toolbar').innerText();
      })
      .toContain('1,501 webhooks');
    await scrollToEnd(tab);
    await tab.locator('.exchange-item[href="/webhooks/1"]').waitFor();
    expect(await tab.evaluate("document.querySelectorAll('*').length")).toBeLessThan(1500);
    // What is read stays in view when more comes, and the newest are one click away.
    await ask(tunnel.origin, webhook());
    await tab.getByRole('button', { name: '1 new ↑' }).waitFor();
    await tab.locator('.exchange-item[href="/webhooks/1"]').waitFor();
    await tab.getByRole('button', { name: '1 new ↑' }).click();
    await tab.locator(`.exchange-item[href="/webhooks/${gateway.lastId()}"]`).waitFor();
    await tab.reload();
    await tab.getByText('The newest 100 webhooks').waitFor();
    await tab.getByRole('searchbox').fill('kind:inbound_call');
    await tab.getByText('1 of 1,502 webhooks').waitFor();
  });

  it('has nothing that axe finds against WCAG 2.2 AA, in both widths and themes, without webhooks', async () => {
    const live = await openLivePage({ bypassCSP: true });
    const { tab } = live;
    await tab.getByRole('heading', { name: 'No tunnel runs' }).waitFor();
    const found = await checkScreens(tab, ['/webhooks', '/webhooks?direction=refused']);
    await live.startTunnel();
    await tab.getByRole('heading', { name: 'Nothing was refused' }).waitFor();
    found.push(...(await checkScreens(tab, ['/webhooks', '/webhooks?direction=refused'])));
    expect(found).toEqual([]);
  });

  it('has nothing that axe finds, with webhooks', async () => {
    const { tab, tunnel } = await openWithWebhooks({ bypassCSP: true });
    record(tunnel.gateway, 300);
    await tab.reload();
    await tab.locator('.exchange-item').first().waitFor();
    const screens = ['/webhooks', '/webhooks?q=zzz', '/webhooks?direction=refused'];
    const found = await checkScreens(tab, [...screens, '/webhooks/1', '/webhooks/2', '/webhooks/999']);
    expect(found).toEqual([]);
  });

  it('has nothing that axe finds, in a replay, in the dialogs and while it is not connected', async () => {
    const live = await openWithWebhooks({ bypassCSP: true });
    const { tab } = live;
    await showScreen(tab, '/webhooks/1');
    await tab.getByRole('tab', { name: 'Replay' }).click();
    const found = await checkScreens(tab, ['/webhooks/1']);
    for (const [key, name] of [
      ['?', 'Keys'],
      ['Control+k', 'Go to'],
    ] as const) {
      await tab.keyboard.press(key);
      await tab.getByRole('dialog', { name }).waitFor();
      for (const colorScheme of THEMES) {
        await tab.emulateMedia({ colorScheme });
        found.push(...(await findViolations(tab)));
      }
      await tab.keyboard.press('Escape');
    }
    await live.closePage();
    await tab.getByText(/^Reconnecting, /).waitFor();
    found.push(...(await checkScreens(tab, ['/webhooks/1', '/webhooks'])));
    expect(found).toEqual([]);
  });

  it('is not wider than a window of 320 pixels', async () => {
    const { tab } = await openWithWebhooks({ viewport: { width: 320, height: 800 } });
    for (const screen of ['/webhooks', '/webhooks?direction=refused', '/webhooks/1', '/webhooks/2']) {
      await showScreen(tab, screen);
      expect([screen, await tab.evaluate('document.documentElement.scrollWidth')]).toEqual([screen, 320]);
    }
  });
});

describe('the state of the page of a live account', () => {
  it('is empty with the next command: a tunnel, then the numbers to text to', async () => {
    const live = await openLivePage();
    const { tab } = live;
    await tab.getByRole('heading', { name: 'No tunnel runs' }).waitFor();
    await tab.getByText('relay-phone tunnel', { exact: true }).waitFor();
    const tunnel = await live.startTunnel();
    await tab.getByRole('heading', { name: 'No webhook yet' }).waitFor();
    await tab.getByText('relay-phone numbers', { exact: true }).waitFor();
    await ask(tunnel.origin, webhook({}, { token: 'f'.repeat(32) }));
    await tab.getByRole('link', { name: 'see why' }).click();
    await tab.locator('.exchange-item').first().waitFor();
    await tunnel.end();
    await tab.getByText('✗ no tunnel runs').waitFor();
    // What was recorded is there without a tunnel, too.
    await tab.reload();
    await tab.locator('.exchange-item').first().waitFor();
    await tab.getByText('✗ no tunnel runs').waitFor();
  });

  it('disconnected keeps what it has, counts the seconds, and sends nothing until it is back', async () => {
    const live = await openWithWebhooks();
    const { tab } = live;
    await tab.locator('.exchange-item').first().click();
    await tab.getByRole('tab', { name: 'Replay' }).click();
    const send = tab.getByRole('button', { name: 'Send again' });
    await tab.clock.install();
    await tab.clock.pauseAt(new Date(Date.now() + 3_600_000));
    await live.closePage();
    const instead = await answerInstead(live);
    await tab.getByText(/^Reconnecting, /).waitFor();
    const countSeconds = async () => {
      await tab.clock.runFor(1000);
      return Number(/last event (\d+) s ago/.exec(await textOf(tab))?.[1]);
    };
    await expect.poll(countSeconds).toBeGreaterThan(3000);
    const [before, tries] = [await countSeconds(), instead.count()];
    await expect.poll(instead.count).toBeGreaterThan(tries + 1);
    // Each attempt says that the stream is lost: that is no event.
    expect(await countSeconds()).toBeGreaterThanOrEqual(before);
    expect(await send.isDisabled()).toBe(true);
    await showScreen(tab, '/webhooks');
    await tab.locator('.exchange-item', { hasText: '500' }).waitFor();
    await instead.close();
    await live.reopenPage();
    await tab.getByText('● connected').waitFor();
    await ask(live.tunnel.origin, webhook());
    await tab.locator('.exchange-item').nth(1).waitFor();
  });

  it('after a gap says how many webhooks were missed, and with a new database that all are gone', async () => {
    const live = await openWithWebhooks();
    const { tab, tunnel } = live;
    // The stream is at a webhook from here on.
    await ask(tunnel.origin, webhook());
    await tab.locator('.exchange-item').nth(1).waitFor();
    await live.closePage();
    await tab.getByText(/^Reconnecting, /).waitFor();
    record(tunnel.gateway, 300);
    await tunnel.gateway.remove(Date.now() + 1000);
    await live.reopenPage();
    await findNotice(tab).getByText('300 webhooks were missed: they are not kept').waitFor();
    await tab.getByRole('heading', { name: 'No webhook yet' }).waitFor();
    await tab.getByRole('button', { name: 'Close' }).click();
    await findNotice(tab).waitFor({ state: 'detached' });
    await tunnel.end();
    for (const end of ['', '-wal', '-shm']) rmSync(live.folder.file(`gateway.db${end}`), { force: true });
    await live.startTunnel();
    await findNotice(tab).getByText('The earlier webhooks are gone').waitFor();
  });

  it('of an error says the reason and leads back', async () => {
    const { tab } = await openWithWebhooks();
    await showScreen(tab, '/webhooks/999');
    await tab.getByText('This one is not kept any more').waitFor();
    await tab.getByRole('link', { name: '← Webhooks' }).click();
    await tab.locator('.exchange-item').first().waitFor();
    await tab.route('**/api/exchanges?**', (route) => route.abort());
    await tab.reload();
    await tab.getByText('Try: relay-phone tunnel').waitFor();
  });
});
