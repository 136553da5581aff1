// The page in Chromium: its one event stream, which is cut, resumed, shared by all tabs, and outlives the sandbox.
import type { Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import type { PageSource } from '../src/page/server/source.js';
import { createSandbox } from '../src/sandbox/create.js';
import { DEADLINE } from './support/deadline.js';
import { findPort } from './support/find-port.js';
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
  whenComplete,
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

/** Scrolls through the timeline, and returns the ids of its rows in their order. */
async function readRows(tab: Page): Promise<number[]> {
  const rows = tab.locator('.windowed-row a');
  const ids = new Set<number>();
  const list = tab.getByRole('grid', { name: 'Events' });
  const count = Number(await list.getAttribute('aria-rowcount'));
  for (let top = 0; top < count * 28; top += 400) {
    const [first, last] = await list.evaluate((element, to) => {
      element.scrollTo(0, to);
      return [element.scrollTop, element.scrollTop + element.clientHeight].map((edge) =>
        Math.floor(edge / 28),
      );
    }, top);
    // The first and the last row in view have been drawn.
    for (const index of [first ?? 0, Math.min(last ?? 0, count - 1)])
      await tab.locator(`.windowed-row[aria-rowindex="${index + 1}"]`).waitFor();
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
  const positions: string[] = [];
  const changeSource = (source: PageSource): PageSource => ({
    ...source,
    pass: (incoming, outgoing, target) => {
      const [, position] = /^\/events\?since=\w+-(\d+)$/.exec(target) ?? [];
      if (position !== undefined) positions.push(position);
      return source.pass(incoming, outgoing, target);
    },
  });
  const lab = await openLab({ changeSource });
  const tab = await lab.openTab('/timeline');
  await whenLive(tab);
  causeEvents(lab, 10);
  await whenComplete(tab, lab);
  const last = lab.sandbox.events().at(-1)?.id ?? 0;
  await lab.closePage();
  await tab.getByText('Reconnecting, last event').waitFor();
  causeEvents(lab, KEPT + 1234);
  await lab.reopenPage();
  await findNotice(tab)
    .getByText(/^[\d,]+ events were missed/)
    .waitFor();
  const kept = lab.sandbox.events();
  expect(kept[0]?.id).toBe(last + 1234 + 1);
  // The tab may have loaded an event before the stream sent it.
  const missed = last + 1234 - Number(positions[0]);
  await findNotice(tab)
    .getByText(`${missed.toLocaleString('en')} events were missed`)
    .waitFor();
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
  // Not any free port: while no sandbox runs, an outgoing connection may get it.
  const lab = await openLab({ sandbox: { port: await findPort() } });
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
  // A tab to which the shared worker answers late has a stream of its own until then.
  await expect.poll(lab.openStreams).toBe(1);
  // The stream is nobody's: it goes on when the tab that began it is closed.
  await first.close();
  causeEvents(lab, 30);
  await Promise.all(others.map((tab) => whenComplete(tab, lab)));
  await expect.poll(lab.openStreams).toBe(1);
  await Promise.all(others.map((tab) => tab.close()));
  await expect.poll(lab.openStreams).toBe(0);
});

/** Runs in a tab before the page: what its shared worker sends comes only when the test releases it. */
const HOLD_WORKER = `(() => {
  const Worker = SharedWorker;
  globalThis.SharedWorker = class {
    constructor(...given) {
      const { port } = new Worker(...given);
      const held = [];
      this.port = { onmessage: null, postMessage: (message) => port.postMessage(message) };
      port.onmessage = (event) => held.push(event);
      globalThis.releaseWorker = () => {
        port.onmessage = (event) => this.port.onmessage?.(event);
        for (const event of held) this.port.onmessage?.(event);
      };
    }
  };
})()`;

it('a tab whose shared worker answers late says that it has no access, then listens alone, then shares the stream', async () => {
  const lab = await openLab();
  await whenLive(await lab.openTab('/timeline'));
  const tab = await lab.context.newPage();
  await tab.addInitScript(HOLD_WORKER);
  await tab.goto(`${lab.page().origin}/timeline`);
  await tab.getByRole('heading', { name: 'This tab has no access' }).waitFor();
  await tab.evaluate('void setTimeout(releaseWorker)');
  await whenLive(tab);
  await expect.poll(lab.openStreams).toBe(2);
  causeEvents(lab, 30);
  await tab.evaluate('void setTimeout(releaseWorker)');
  await expect.poll(lab.openStreams).toBe(1);
  causeEvents(lab, 30);
  await whenComplete(tab, lab);
  await whenLive(tab);
});
