// The size of the page: of its files, and of its document with as many events as it keeps. No test here is about speed.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEADLINE } from './support/deadline.js';
import { CONTACT, MASK, OWNER, usePageLab, whenLive } from './support/page-lab.js';
import { twiml } from './support/webhook-app.js';

const FOLDER = 'dist/page';

describe('the files of the page', () => {
  it.each([
    ['js', 60_000],
    ['css', 10_000],
  ])('have at most so much %s, gzipped: %i bytes', (type, most) => {
    const names = readdirSync(FOLDER).filter((name) => name.endsWith(`.${type}.gz`));
    expect(names).not.toEqual([]);
    const bytes = names.reduce((sum, name) => sum + readFileSync(`${FOLDER}/${name}`).length, 0);
    expect(bytes).toBeLessThanOrEqual(most);
  });
});

describe('with ten thousand events', () => {
  const openLab = usePageLab();
  const MOST_NODES = 1500;
  const EVENTS = 10_000;
  const TEXTS = 300;

  it('no screen has more than 1,500 elements', async () => {
    const { sandbox, app, openTab } = await openLab();
    app.answer(() => twiml('<Response><Message>Yes</Message></Response>'));
    for (let round = 0; round < TEXTS / 50; round += 1) {
      const sent = Array.from({ length: 50 }, (_, index) =>
        sandbox.text({ from: index % 2 === 0 ? CONTACT : OWNER, to: MASK, body: `Text ${index}` }),
      );
      for (const { traceId } of await Promise.all(sent))
        await sandbox.whenQuiet(traceId, { timeout: DEADLINE });
    }
    const phone = sandbox.phone(OWNER);
    while (sandbox.events().length < EVENTS) {
      for (let change = 0; change < 100; change += 1) phone.behave({ slow: change % 2 });
    }
    const tab = await openTab('/timeline');
    await whenLive(tab);
    await expect.poll(() => tab.locator('.toolbar').innerText()).toContain('10,000 events');
    const counts: Record<string, number> = {};
    for (const screen of ['Timeline', 'Phones', 'Traces', 'Webhooks', 'Privacy', 'Controls']) {
      await tab.getByRole('link', { name: screen, exact: true }).click();
      await tab.locator('main > *').first().waitFor();
      await tab.locator('.skeleton').waitFor({ state: 'detached' });
      counts[screen] = await tab.locator('*').count();
    }
    expect(Object.entries(counts).filter(([, count]) => count > MOST_NODES)).toEqual([]);
  });
});
