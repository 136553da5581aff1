// `relay-phone sandbox` and `open` with the built CLI: the page is served, and the printed address opens it in Chromium.
import { readFileSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { findBrowser, NO_BROWSER, openBrowser } from './support/browser.js';
import { findPort } from './support/find-port.js';
import { CONTACT, findNotice, findPhone, SHOWN_CONTACT, whenLive } from './support/page-lab.js';
import { startServer } from './support/sandbox-child.js';
import { createWorkspace } from './support/workspace.js';

/** A log gets no code. */
const PAGE_LINE = /Page: (http:\/\/127\.0\.0\.1:\d+)\n/;

it('the page of a sandbox that init has set up is opened by its address, texts, and outlives a restart', async ({
  skip,
}) => {
  const program = findBrowser();
  skip(program === undefined, NO_BROWSER);
  const workspace = createWorkspace();
  onTestFinished(workspace.remove);
  expect(await workspace.run(['init', '--sandbox', '--yes'])).toMatchObject({ code: 0 });
  // Not the usual port: other tests may use it, or end and free it between the two starts.
  const port = String(await findPort());
  const first = await startServer(workspace, ['sandbox', '--port', port], PAGE_LINE);
  const [, origin = ''] = first.address;
  // Before the address, whose code is good for a minute only.
  const tab = await openBrowser(program ?? '');
  const opened = await workspace.run(['open', '--print']);
  await tab.goto(opened.stdout.trim());
  await whenLive(tab);
  expect(tab.url()).toBe(`${origin}/`);
  const composer = findPhone(tab, SHOWN_CONTACT).getByRole('textbox', { name: /^Text to / });
  await composer.fill('Hello from the page');
  await composer.press('Enter');
  await findPhone(tab, SHOWN_CONTACT).locator('.bubble.sent', { hasText: 'Hello from the page' }).waitFor();
  const { stdout } = await workspace.run(['sandbox', 'traces']);
  expect(stdout).toContain(CONTACT);

  expect(await first.child.end('SIGINT')).toBe(130);
  await tab.getByText('Reconnecting, last event').waitFor();
  const second = await startServer(workspace, ['sandbox', '--port', port], PAGE_LINE);
  expect(second.address[1]).toBe(origin);
  await findNotice(tab).getByText('A new sandbox: the earlier events are gone').waitFor();
  await whenLive(tab);
  // Neither the token nor a code is in what scripts read.
  const token = readFileSync(workspace.file('.relay-phone/page-token'), 'utf8').trim();
  expect(first.child.output() + second.child.output()).not.toContain(token);
});
