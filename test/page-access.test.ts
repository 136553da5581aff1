// The page in Chromium: how a tab gets in, stays in, and what it shows when it may not.
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { DEADLINE } from './support/deadline.js';
import { CONTACT, MASK, PAGE_TOKEN, type PageLab, usePageLab, whenLive } from './support/page-lab.js';

const openLab = usePageLab();

async function whenLocked(tab: Page): Promise<void> {
  await tab.getByRole('heading', { name: 'This tab has no access' }).waitFor();
  await tab.getByText('relay-phone open', { exact: true }).waitFor();
}

/** Opens an address of the page in a new tab, without a code. */
async function openPlain(lab: PageLab, path: string): Promise<Page> {
  const tab = await lab.context.newPage();
  await tab.goto(lab.page().origin + path);
  return tab;
}

it('the code leaves the address at once, and neither it nor the token is in the history', async () => {
  const lab = await openLab();
  const address = lab.page().createAddress('/timeline');
  const tab = await lab.context.newPage();
  await tab.goto(address);
  await whenLive(tab);
  expect(tab.url()).toBe(`${lab.page().origin}/timeline`);
  const [, code = 'no code'] = address.split('#k=');
  await tab.getByRole('link', { name: 'Traces' }).click();
  await tab.goBack();
  expect(tab.url()).not.toContain(code);
  expect(await tab.content()).not.toContain(PAGE_TOKEN);
});

it('a link to a screen opens in a new tab without a code, and survives a reload', async () => {
  const lab = await openLab();
  const { sandbox } = lab;
  const { traceId } = await sandbox.text({ from: CONTACT, to: MASK, body: 'Hello' });
  await sandbox.whenQuiet(traceId, { timeout: DEADLINE });
  await whenLive(await lab.openTab());
  const { id } = sandbox.trace(traceId)?.tree.at(-1)?.event ?? {};
  const tab = await openPlain(lab, `/t/${traceId}/e/${id}`);
  const isSelected = tab.getByRole('treeitem', { selected: true });
  await isSelected.waitFor();
  const selected = await isSelected.innerText();
  await tab.reload();
  await isSelected.waitFor();
  expect(await isSelected.innerText()).toBe(selected);
});

it('a reload of the only tab keeps its access', async () => {
  const lab = await openLab();
  const tab = await lab.openTab('/timeline');
  await whenLive(tab);
  await tab.reload();
  await whenLive(tab);
});

it('a tab without a code shows how to get in', async () => {
  const lab = await openLab();
  await whenLocked(await openPlain(lab, '/phones'));
});

it('a code lets one browser in, once', async () => {
  const lab = await openLab();
  const address = lab.page().createAddress();
  const tab = await lab.context.newPage();
  await tab.goto(address);
  await whenLive(tab);
  await tab.evaluate('sessionStorage.clear()');
  await tab.close();
  // The shared worker ends a moment after its last tab. Until then it would give its token to a new one.
  await expect.poll(lab.openStreams).toBe(0);
  const again = await lab.context.newPage();
  await again.goto(address);
  await whenLocked(again);
});

it('a code that is older than a minute lets nobody in', async () => {
  let now = 1_000_000;
  const lab = await openLab({ now: () => now });
  const address = lab.page().createAddress();
  now += 60_000;
  const tab = await lab.context.newPage();
  await tab.goto(address);
  await whenLocked(tab);
});

it('a tab whose token is refused shows how to get in, and the other tabs go on', async () => {
  const lab = await openLab();
  const good = await lab.openTab('/timeline');
  await whenLive(good);
  const bad = await openPlain(lab, '/timeline');
  await whenLive(bad);
  await bad.evaluate("sessionStorage.setItem('relay-phone token', 'another token')");
  await bad.reload();
  await whenLocked(bad);
  await lab.sandbox.text({ from: CONTACT, to: MASK, body: 'Still here' });
  await good.getByRole('row').filter({ hasText: 'Still here' }).first().waitFor();
  await whenLive(good);
});
