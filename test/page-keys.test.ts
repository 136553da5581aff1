// The keys of the page in Chromium: what each leads to, and that they can be turned off.
import { expect, it } from 'vitest';
import { DEADLINE } from './support/deadline.js';
import { CONTACT, MASK, usePageLab } from './support/page-lab.js';

const openLab = usePageLab();

it('keys lead to the screens, through the rows of a list, and to what a trace offers', async () => {
  const { sandbox, openTab } = await openLab();
  const { traceId } = await sandbox.text({ from: CONTACT, to: MASK, body: 'Hello' });
  await sandbox.whenQuiet(traceId, { timeout: DEADLINE });
  const tab = await openTab('/phones');
  const path = () => expect.poll(() => new URL(tab.url()).pathname);
  await tab.locator('.latest').first().waitFor();
  await tab.keyboard.press('g');
  await tab.keyboard.press('t');
  await path().toBe('/timeline');
  await tab.locator('.event-row', { hasText: 'phone texts' }).focus();
  await tab.keyboard.press('j');
  await tab.keyboard.press('k');
  await tab.keyboard.press('Enter');
  await path().toMatch(/^\/t\/[^/]+\/e\/\d+$/);
  await tab.getByRole('button', { name: 'Save as a story' }).waitFor();
  const saved = tab.waitForEvent('download');
  await tab.keyboard.press('e');
  expect((await saved).suggestedFilename()).toBe('story.yaml');
  await tab.keyboard.press('g');
  await tab.keyboard.press('w');
  await path().toBe('/webhooks');
  await tab.locator('.exchange-item').first().waitFor();
  await tab.keyboard.press('j');
  await tab.keyboard.press('Enter');
  await tab.getByRole('tab', { name: 'Replay' }).waitFor();
  await tab.keyboard.press('r');
  await tab.getByRole('button', { name: 'Send again' }).waitFor();
});

it('keys can be turned off, for good', async () => {
  const { openTab } = await openLab();
  const tab = await openTab('/privacy');
  await tab.getByText('No number is watched yet.').waitFor();
  await tab.keyboard.press('?');
  await tab.getByLabel('Use these keys').uncheck();
  await tab.getByRole('button', { name: 'Close' }).click();
  await tab.reload();
  await tab.getByText('No number is watched yet.').waitFor();
  await tab.keyboard.press('2');
  await tab.keyboard.press('Control+k');
  await tab.getByRole('dialog', { name: 'Go to' }).waitFor();
  expect(new URL(tab.url()).pathname).toBe('/privacy');
});

it('a state is kept, and is there again after a reset', async () => {
  const { sandbox, openTab } = await openLab();
  const tab = await openTab('/controls');
  const change = async (name: string, path: string) => {
    const answered = tab.waitForResponse((answer) => new URL(answer.url()).pathname === `/api/${path}`);
    await tab.getByRole('button', { name }).click();
    return (await answered).status();
  };
  expect(await change('Go back to it', 'go-back')).toBe(404);
  await tab.getByText('there is nothing to restore').waitFor();
  expect(await change('Keep this state', 'keep')).toBe(204);
  sandbox.reset();
  expect(sandbox.numbers()).toEqual([]);
  expect(await change('Go back to it', 'go-back')).toBe(204);
  expect(sandbox.numbers()).toMatchObject([{ number: MASK }]);
});
