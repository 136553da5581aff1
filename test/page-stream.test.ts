// The page in Chromium: its one event stream, which is cut, resumed, shared by all tabs, and outlives the sandbox.
import type { Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import type { PageSource } from '../src/page/server/source.js';
import { createSandbox } from '../src/sandbox/create.js';
import { DEADLINE } from './support/deadline.js';
import {
  CONTACT,
  findNotice,
  findPhone,
  MASK,
  OWNER,
  type PageLab,
  SHOWN_CONTACT,
  SHOWN_OWNER,
  typeText,
  usePageLab,
  whenLive,
} from './support/page-lab.js';

const openLab = usePageLab();

/** The events that the sandbox keeps at most. */
const KEPT = 10_000;

/** Causes as many events, at once. */
function causeEvents({ sandbox }: Pick<PageLab, 'sandbox'>, count: number): void {
  const phone = sandbox.phone(OWNER);
  for (let index = 0; index < count; index += 1) phone.behave({ slow: index % 2 });
}

/** Waits until the timeline counts all events of the sandbox, each once. */
async function whenComplete(tab: Page, { sandbox }: Pick<PageLab, 'sandbox'>): Promise<void> {
  await expect
    .poll(() => tab.locator('.toolbar').innerText())
    .toContain(`${sandbox.events().length.toLocaleString('en')} events`);
}

/** Scrolls through the timeline, and returns the ids of its rows in their order. */
async function readRows(tab: Page): Promise<number[]> {
  const rows = tab.locator('.windowed-row a');
  const ids = new Set<number>();
  const list = tab.getByRole('grid', { name: 'Events' });
  const height = await list.evaluate((element) => element.scrollHeight);
  for (let top = 0; top <= height; top += 400) {
    await list.evaluate((element, to) => element.scrollTo(0, to), top);
    // The first row that is in view has been drawn.
    const first =
      Math.floor(Math.min(top, height - (await list.evaluate((one) => one.clientHeight))) / 28) + 1;
    await tab.locator(`.windowed-row[aria-rowindex="${first}"]`).waitFor();
    for (const address of await rows.evaluateAll((all) => all.map((one) => one.getAttribute('href')))) {
      ids.add(Number(address?.split('/').at(-1)));
    }
  }
  return [...ids];
}

it('a stream that is cut again and again during a burst loses no event and shows none twice', async () => {
  const lab = await openLab();
  const tab = await lab.openTab('/timeline');
  await whenLive(tab);
  for (let cut = 0; cut < 2; cut += 1) {
    causeEvents(lab, 50);
    await expect.poll(() => tab.locator('.toolbar').innerText()).not.toContain(' 0 events');
    causeEvents(lab, 50);
    await lab.closePage();
    causeEvents(lab, 50);
    await lab.reopenPage();
    causeEvents(lab, 50);
    await expect.poll(lab.openStreams).toBe(1);
  }
  await whenComplete(tab, lab);
  expect(await readRows(tab)).toEqual(lab.sandbox.events().map(({ id }) => id));
});

/**
 * Returns a source that has no history, and whose first streams end at the first 📲 that they send, behind two of its four
 * bytes.
 */
function createCuttingSource(source: PageSource, cuts: { left: number }): PageSource {
  const pass: PageSource['pass'] = (incoming, outgoing, target) => {
    if (target.startsWith('/events.json')) return void outgoing.end('[]');
    if (!/^\/events(\?|$)/.test(target)) return source.pass(incoming, outgoing, target);
    const write = outgoing.write.bind(outgoing);
    const writeOrCut = (part: Uint8Array): boolean => {
      const at = cuts.left === 0 ? -1 : Buffer.from(part).indexOf('📲');
      if (at === -1) return write(part);
      cuts.left -= 1;
      write(part.subarray(0, at + 2));
      outgoing.socket?.end();
      return false;
    };
    outgoing.write = writeOrCut as typeof outgoing.write;
    return source.pass(incoming, outgoing, target);
  };
  return { ...source, pass };
}

it('a stream that is cut inside a character of an event shows each event once, and none damaged', async () => {
  const cuts = { left: 2 };
  const lab = await openLab({ changeSource: (source) => createCuttingSource(source, cuts) });
  const { sandbox } = lab;
  const tab = await lab.openTab('/timeline');
  await whenLive(tab);
  const before = sandbox.events().length;
  const { traceId } = await sandbox.text({ from: CONTACT, to: MASK, body: 'Where? 📲 There' });
  await sandbox.whenQuiet(traceId, { timeout: DEADLINE });
  const ids = sandbox
    .events()
    .slice(before)
    .map(({ id }) => id);
  await expect.poll(() => tab.locator('.toolbar').innerText()).toContain(`${ids.length} events`);
  expect(cuts.left).toBe(0);
  expect(await readRows(tab)).toEqual(ids);
  expect(await tab.locator('.windowed-row', { hasText: 'Where? 📲 There' }).count()).toBeGreaterThan(1);
  expect(await tab.locator('.windowed-row', { hasText: '\ufffd' }).count()).toBe(0);
});

it('a tab that missed more events than are kept names how many, and keeps those that it has', async () => {
  const lab = await openLab();
  const tab = await lab.openTab('/timeline');
  await whenLive(tab);
  causeEvents(lab, 10);
  await whenComplete(tab, lab);
  const last = lab.sandbox.events().at(-1)?.id ?? 0;
  await lab.closePage();
  await tab.getByText('Reconnecting, last event').waitFor();
  causeEvents(lab, KEPT + 1234);
  await lab.reopenPage();
  await findNotice(tab).getByText('1,234 events were missed').waitFor();
  const kept = lab.sandbox.events();
  expect(kept[0]?.id).toBe(last + 1234 + 1);
  await expect
    .poll(() => tab.locator('.toolbar').innerText())
    .toContain(`${(kept.length + last).toLocaleString('en')} events`);
  await tab.getByRole('button', { name: 'Close' }).click();
  await findNotice(tab).waitFor({ state: 'detached' });
});

it('while the connection is lost, the page keeps what it has and sends nothing; later it goes on', async () => {
  const lab = await openLab();
  const tab = await lab.openTab('/phones');
  await typeText(tab, SHOWN_CONTACT, 'Before');
  const owner = findPhone(tab, SHOWN_OWNER);
  await owner.locator('.bubble.received', { hasText: 'Before' }).waitFor();
  await lab.closePage();
  await tab.getByText('Reconnecting, last event').waitFor();
  await owner.locator('.bubble.received', { hasText: 'Before' }).waitFor();
  const send = findPhone(tab, SHOWN_CONTACT).getByRole('button', { name: 'Send' });
  expect(await send.isDisabled()).toBe(true);
  const { traceId } = await lab.sandbox.text({ from: CONTACT, to: MASK, body: 'Meanwhile' });
  await lab.sandbox.whenQuiet(traceId, { timeout: DEADLINE });
  await lab.reopenPage();
  await owner.locator('.bubble.received', { hasText: 'Meanwhile' }).waitFor();
  await typeText(tab, SHOWN_CONTACT, 'After');
  await owner.locator('.bubble.received', { hasText: 'After' }).waitFor();
  expect(await owner.locator('.bubble.received').allInnerTexts()).toEqual([
    expect.stringContaining('Before'),
    expect.stringContaining('Meanwhile'),
    expect.stringContaining('After'),
  ]);
});

it('a reset empties every screen, and its undo brings the texts back', async () => {
  const lab = await openLab();
  const tab = await lab.openTab('/phones');
  await typeText(tab, SHOWN_CONTACT, 'Hello');
  await findPhone(tab, SHOWN_OWNER).locator('.bubble.received', { hasText: 'Hello' }).waitFor();
  await lab.sandbox.whenQuiet(lab.sandbox.traces()[0]?.traceId ?? '', { timeout: DEADLINE });
  await tab.getByRole('link', { name: 'Controls' }).click();
  await tab.getByRole('button', { name: 'Reset', exact: true }).click();
  await tab.getByRole('button', { name: 'Yes, empty it' }).click();
  await expect.poll(() => lab.sandbox.numbers()).toEqual([]);
  await tab.getByRole('link', { name: 'Traces' }).click();
  await tab.getByText('No trace yet').waitFor();
  await tab.getByRole('link', { name: 'Phones' }).click();
  await tab.getByText('The account has no number yet').waitFor();
  await tab.goBack();
  await tab.goBack();
  await tab.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect.poll(() => lab.sandbox.numbers()).toHaveLength(1);
  await tab.getByRole('link', { name: 'Phones' }).click();
  await findPhone(tab, SHOWN_OWNER).locator('.bubble.received', { hasText: 'Hello' }).waitFor();
});

it('a tab stays usable when another sandbox starts on the same port, and says that the earlier events are gone', async () => {
  const lab = await openLab();
  const { sandbox, client } = lab;
  const tab = await lab.openTab('/timeline');
  causeEvents(lab, 20);
  await whenComplete(tab, lab);
  const { port, accountSid, authToken, controlToken } = sandbox;
  await sandbox.close();
  await tab.getByText('Reconnecting, last event').waitFor();
  const account = { sid: accountSid, authToken };
  const next = await createSandbox({ port, controlToken, account });
  onTestFinished(next.close);
  await findNotice(tab).getByText('A new sandbox: the earlier events are gone').waitFor();
  await client.incomingPhoneNumbers.create({ phoneNumber: MASK, smsUrl: `${lab.app.origin}/sms` });
  await whenComplete(tab, { sandbox: next });
  await tab.getByRole('link', { name: 'Phones' }).click();
  await typeText(tab, SHOWN_CONTACT, 'Hello again');
  await findPhone(tab, SHOWN_OWNER).locator('.bubble.received', { hasText: 'Hello again' }).waitFor();
});

it('ten tabs share one stream, and each shows every event', async () => {
  const lab = await openLab();
  const first = await lab.openTab('/timeline');
  await whenLive(first);
  const others = await Promise.all(
    Array.from({ length: 9 }, async () => {
      const tab = await lab.context.newPage();
      await tab.goto(`${lab.page().origin}/timeline`);
      return tab;
    }),
  );
  const tabs = [first, ...others];
  await Promise.all(tabs.map(whenLive));
  causeEvents(lab, 30);
  await Promise.all(tabs.map((tab) => whenComplete(tab, lab)));
  expect(lab.openStreams()).toBe(1);
  // The stream is nobody's: it goes on when the tab that began it is closed.
  await first.close();
  causeEvents(lab, 30);
  await Promise.all(others.map((tab) => whenComplete(tab, lab)));
  expect(lab.openStreams()).toBe(1);
  await Promise.all(others.map((tab) => tab.close()));
  await expect.poll(lab.openStreams).toBe(0);
});
