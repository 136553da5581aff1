// The page in Chromium, against other sites, other programs on this machine, and what strangers send to the app.
import { beforeEach, describe, expect, it } from 'vitest';
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
import { twiml } from './support/webhook-app.js';

const openLab = usePageLab();
let lab: PageLab;
beforeEach(async () => {
  lab = await openLab();
});

it('another site that frames the page or reads its API gets nothing', async () => {
  const { app, context, page } = lab;
  const { origin } = page();
  app.answer(({ path }) =>
    path === '/frame' ? { type: 'text/html', body: `<iframe src="${origin}/phones"></iframe>` } : {},
  );
  await whenLive(await lab.openTab());
  const site = await context.newPage();
  const isRefused = site.waitForEvent('console', {
    predicate: (line) => line.text().includes('frame-ancestors'),
    timeout: DEADLINE,
  });
  await site.goto(`${app.origin}/frame`);
  await isRefused;
  const read = (path: string) =>
    site.evaluate(
      (url) =>
        fetch(url, { headers: { authorization: 'Bearer x' } }).then(
          () => 'read',
          () => 'refused',
        ),
      origin + path,
    );
  expect(await read('/api/state')).toBe('refused');
  expect(await read('/')).toBe('refused');
});

it('the app on another port gets neither a cookie nor the token, nor the address of the page', async () => {
  const { app, context } = lab;
  await whenLive(await lab.openTab());
  expect(await context.cookies()).toEqual([]);
  const site = await context.newPage();
  await site.goto(`${app.origin}/visited`);
  const { headers } = app.calls.find(({ path }) => path === '/visited') ?? {};
  expect(headers).toBeDefined();
  for (const name of ['cookie', 'authorization', 'referer']) expect(headers).not.toHaveProperty(name);
  expect(await site.evaluate('sessionStorage.length + localStorage.length')).toBe(0);
});

describe('what strangers send', () => {
  const SCRIPT = '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>';

  it('is only ever text: a script in a text, in an answer, in TwiML and in a header', async () => {
    const { app, sandbox } = lab;
    app.answer(() => ({
      ...twiml(`<Response><!--${SCRIPT}--><Message>&lt;b&gt;bold&lt;/b&gt;</Message></Response>`),
      headers: { 'X-Script': SCRIPT },
    }));
    const { traceId } = await sandbox.text({ from: CONTACT, to: MASK, body: SCRIPT });
    await sandbox.whenQuiet(traceId, { timeout: DEADLINE });
    const tab = await lab.openTab('/phones');
    const phone = findPhone(tab, SHOWN_CONTACT);
    await phone.locator('.bubble.sent').getByText(SCRIPT).waitFor();
    await phone.locator('.bubble.received').getByText('<b>bold</b>').waitFor();
    for (const path of ['/timeline', '/traces', `/t/${traceId}`]) {
      await lab.openTab(path);
    }
    const [exchange] = sandbox.exchanges({ direction: 'webhook' });
    await tab.goto(`${lab.page().origin}/webhooks/${exchange?.id}`);
    await tab.getByText('<Message>&lt;b&gt;bold').waitFor();
    await tab.getByText(/^\d+ headers$/).click();
    await tab.locator('dd').getByText(SCRIPT).waitFor();
    await tab.getByRole('tab', { name: 'Request' }).click();
    await tab.locator('dd').getByText(SCRIPT).waitFor();
    for (const one of lab.context.pages()) {
      expect(await one.locator('#root script, #root img[src="x"], #root b').count()).toBe(0);
      expect(await one.title()).not.toContain('owned');
    }
  });

  it('that would reorder or hide text is made visible', async () => {
    await lab.sandbox.text({ from: CONTACT, to: MASK, body: 'a\u202eb\u0007c\u2066d' });
    const tab = await lab.openTab('/phones');
    const shown = findPhone(tab, SHOWN_CONTACT).locator('.bubble.sent bdi').first();
    await shown.waitFor();
    expect(await shown.innerText()).toBe(String.raw`a\u202eb\x07c\u2066d`);
    await tab.goto(`${lab.page().origin}/timeline`);
    await tab.getByRole('row').filter({ hasText: String.raw`a\u202eb\x07c\u2066d` }).first().waitFor();
  });

  it('as a picture is shown if it is one; an SVG and a vCard are shown as text, and no script in them runs', async () => {
    const { app, client, sandbox } = lab;
    const files: Readonly<Record<string, { type: string; body: string | Buffer }>> = {
      '/a.svg': {
        type: 'image/svg+xml',
        body: `<svg xmlns="http://www.w3.org/2000/svg"><script>fetch('${app.origin}/owned')</script></svg>`,
      },
      '/a.vcf': { type: 'text/vcard', body: 'BEGIN:VCARD\r\nFN:<script>Ann</script>\r\nEND:VCARD\r\n' },
      '/a.png': { type: 'image/png', body: Buffer.from(PNG, 'base64') },
    };
    app.answer(({ path }) => files[path] ?? {});
    const mediaUrl = Object.keys(files).map((path) => app.origin + path);
    await client.messages.create({ from: MASK, to: OWNER, body: 'Files', mediaUrl });
    await expect.poll(() => sandbox.phone(OWNER).texts()).toHaveLength(1);
    const tab = await lab.openTab('/phones');
    const bubble = findPhone(tab, SHOWN_OWNER).locator('.bubble.received');
    await bubble.getByText('<svg xmlns=').waitFor();
    await bubble.getByText('FN:<script>Ann</script>').waitFor();
    const picture = bubble.getByRole('img', { name: 'Received with the text' });
    await expect
      .poll(() => picture.evaluate((one) => (one as unknown as { naturalWidth: number }).naturalWidth))
      .toBe(1);
    // The file itself, opened where the sandbox serves it, runs nothing either.
    const svg = sandbox.phone(OWNER).texts()[0]?.media[0]?.url ?? '';
    const opened = await lab.context.newPage();
    await opened.goto(svg);
    expect(await opened.locator('svg').count()).toBe(1);
    await tab.reload();
    await bubble.getByText('<svg xmlns=').waitFor();
    expect(app.calls.map(({ path }) => path)).not.toContain('/owned');
  });
});

/** A picture of one pixel. */
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
