// The page in Chromium: pictures that are attached to a text or pasted, sent by a phone, and shown.
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { findViolations, THEMES } from './support/axe.js';
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

const MIB = 1024 * 1024;
const PIXEL = Buffer.from('R0lGODlhAQABAAAAACwAAAAAAQABAAA=', 'base64');
const DOT = { name: 'dot.gif', mimeType: 'image/gif', buffer: PIXEL };

/** A file of a size that says it is a picture. */
function pictureOf(bytes: number) {
  return { name: 'large.png', mimeType: 'image/png', buffer: Buffer.alloc(bytes) };
}

/** Forwards each text with its files to the owner. */
function forward({ app, client }: PageLab): void {
  app.answer(async ({ form }) => {
    const mediaUrl = Object.keys(form)
      .filter((name) => name.startsWith('MediaUrl'))
      .map((name) => form[name] ?? '');
    await client.messages.create({ from: MASK, to: OWNER, body: form.Body || 'Look', mediaUrl });
    return twiml('<Response/>');
  });
}

/** Returns the parts of the first phone's composer. */
function findComposer(tab: Page) {
  const phone = findPhone(tab, SHOWN_CONTACT);
  return {
    phone,
    text: phone.getByRole('textbox', { name: `Text to ${SHOWN_MASK}` }),
    send: phone.getByRole('button', { name: 'Send' }),
    chooser: phone.locator('input[type=file]'),
    attached: phone.getByRole('list', { name: 'Attached pictures' }).getByRole('listitem'),
  };
}

it('pictures that are chosen go with the text, and both phones show them', async () => {
  const lab = await openLab();
  forward(lab);
  const tab = await lab.openTab('/phones');
  const { phone, text, chooser, attached } = findComposer(tab);
  await text.fill('Two dots');
  const choosing = tab.waitForEvent('filechooser');
  await phone.getByRole('button', { name: 'Attach a picture' }).press('Enter');
  await (await choosing).setFiles([DOT, { ...DOT, name: 'other.gif' }]);
  await attached.nth(1).waitFor();
  await chooser.setInputFiles(DOT);
  await attached.nth(2).waitFor();
  await attached.nth(1).getByRole('button', { name: 'Remove other.gif' }).press('Enter');
  await expect.poll(() => attached.count()).toBe(2);
  for (const colorScheme of THEMES) {
    await tab.emulateMedia({ colorScheme });
    expect(await findViolations(tab)).toEqual([]);
  }
  await text.press('Enter');
  const sent = phone.locator('.bubble.sent', { hasText: 'Two dots' });
  await sent.getByRole('img').nth(1).waitFor();
  const received = findPhone(tab, SHOWN_OWNER).locator('.bubble.received', { hasText: 'Two dots' });
  await received.getByRole('img').nth(1).waitFor();
  expect(await attached.count()).toBe(0);
  // The page asks for the pictures it shows, and Twilio for those it sends on. The app asked for none.
  const asked = lab.sandbox.events().filter((event) => event.kind === 'request.in');
  const path = `/2010-04-01/Accounts/${lab.sandbox.accountSid}/`;
  expect(asked.filter(({ isOwn }) => !isOwn).map((event) => event.path)).toEqual([
    `${path}IncomingPhoneNumbers.json`,
    `${path}Messages.json`,
  ]);
  expect(lab.app.calls[0]?.form).toMatchObject({
    Body: 'Two dots',
    NumMedia: '2',
    MediaContentType0: 'image/gif',
  });
});

it('a picture that is pasted is sent without words', async () => {
  const lab = await openLab();
  const tab = await lab.openTab('/phones');
  const { text, send, attached } = findComposer(tab);
  await text.focus();
  await tab.evaluate(`(() => {
    const bytes = Uint8Array.from(atob('${PIXEL.toString('base64')}'), (one) => one.charCodeAt(0));
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([bytes], 'pasted.gif', { type: 'image/gif' }));
    const paste = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
    document.activeElement.dispatchEvent(paste);
  })()`);
  await attached.first().waitFor();
  await send.click();
  await expect.poll(() => lab.app.calls[0]?.form).toMatchObject({ Body: '', NumMedia: '1' });
});

it('another kind of file, and more than 5 MB together, are refused with the codes of Twilio', async () => {
  const lab = await openLab();
  const tab = await lab.openTab('/phones');
  const { phone, chooser, attached } = findComposer(tab);
  await chooser.setInputFiles({ name: 'a.svg', mimeType: 'image/svg+xml', buffer: Buffer.from('<svg/>') });
  await phone.getByRole('alert').getByText('a.svg: Invalid Content-Type: image/svg+xml (12300)').waitFor();
  await chooser.setInputFiles(pictureOf(4 * MIB));
  await attached.first().waitFor();
  await chooser.setInputFiles(pictureOf(MIB + 1));
  await phone.getByRole('alert').getByText('Media exceeds messaging provider size limit (11751)').waitFor();
  expect(await attached.count()).toBe(1);
});

it('5 MB reach the app, and a text that could not be sent keeps its words and pictures', async () => {
  const lab = await openLab();
  const tab = await lab.openTab('/phones');
  await whenLive(tab);
  const { phone, text, send, chooser, attached } = findComposer(tab);
  await text.fill('Large');
  await chooser.setInputFiles(Array.from({ length: 11 }, () => DOT));
  await attached.nth(10).waitFor();
  await send.click();
  await phone.getByRole('alert').getByText('more than 10 media files').waitFor();
  expect([await text.inputValue(), await attached.count()]).toEqual(['Large', 11]);
  for (let left = 11; left > 0; left -= 1) await attached.first().getByRole('button').click();
  await chooser.setInputFiles(pictureOf(5 * MIB));
  await attached.first().waitFor();
  await send.click();
  await expect.poll(() => lab.app.calls[0]?.form).toMatchObject({ Body: 'Large', NumMedia: '1' });
  await expect.poll(() => lab.sandbox.phone(CONTACT).sent()).toMatchObject([{ body: 'Large' }]);
});
