// The browser page with all that it needs: a sandbox, an app behind a number, the page's server and tabs of a real Chromium.
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished } from 'vitest';
import { createTraceStories } from '../../src/cli/core/trace-story.js';
import { openPageFiles } from '../../src/page/server/files.js';
import { type OpenPage, openPage } from '../../src/page/server/open-page.js';
import { createSandboxSource, type PageSource } from '../../src/page/server/source.js';
import { createSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/create.js';
import { findBrowser, launchBrowser, NO_BROWSER } from './browser.js';
import { DEADLINE } from './deadline.js';
import { findPort } from './find-port.js';
import { createSandboxClient } from './sandbox-client.js';
import { startApp, twiml, type WebhookApp } from './webhook-app.js';

/** The number of the account. */
export const MASK = '+12025550100';
/** The two phones that the page shows first; the app forwards texts to the second one. */
export const [CONTACT, OWNER] = ['+12125550190', '+13015550195'] as const;

/** How the page writes {@link MASK}, {@link CONTACT} and {@link OWNER}. */
export const [SHOWN_MASK, SHOWN_CONTACT, SHOWN_OWNER] = [
  '+1 202 555 0100',
  '+1 212 555 0190',
  '+1 301 555 0195',
] as const;

/** The token of the tabs. */
export const PAGE_TOKEN = 'token-of-the-page';

/** A page, its sandbox and its app, which all end with the test. */
export interface PageLab {
  readonly sandbox: Sandbox;
  readonly client: ReturnType<typeof createSandboxClient>;
  readonly app: WebhookApp;
  /** The page's server; another one after {@link PageLab.reopenPage}. */
  page(): OpenPage;
  readonly context: BrowserContext;
  /** How many event streams the page's server has open at the sandbox. */
  openStreams(): number;
  /** Opens a new tab with a fresh code. @param path of a screen */
  openTab(path?: string): Promise<Page>;
  /** Ends the page's server with all its connections. */
  closePage(): Promise<void>;
  /** Serves the page again, on the same port. */
  reopenPage(): Promise<void>;
}

/** How a lab is set up. */
export interface PageLabOptions {
  readonly sandbox?: SandboxOptions;
  readonly browser?: BrowserContextOptions;
  /** The time of the page's server, milliseconds since 1970. Default: it stands still, so that no code grows too old. */
  readonly now?: () => number;
  /** Changes where the page gets what it shows. */
  readonly changeSource?: (source: PageSource) => PageSource;
}

/** Starts one browser for the file, whose tests are skipped without one. Returns the function that opens a lab. */
export function usePageLab(): (options?: PageLabOptions) => Promise<PageLab> {
  const program = findBrowser();
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (program === undefined) return;
    browser = await launchBrowser(program);
  });
  afterAll(async () => browser?.close());
  beforeEach(({ skip }) => skip(program === undefined, NO_BROWSER));
  return async (options = {}) => {
    if (!browser) throw new Error(NO_BROWSER);
    return openPageLab(browser, options);
  };
}

async function openPageLab(browser: Browser, options: PageLabOptions): Promise<PageLab> {
  const sandbox = await createSandbox({ unsupported: 'throw', ...options.sandbox });
  onTestFinished(sandbox.close);
  const app = await startApp(sandbox.authToken);
  onTestFinished(app.close);
  const client = createSandboxClient(sandbox);
  forwardTexts(app, client);
  await client.incomingPhoneNumbers.create({
    phoneNumber: MASK,
    smsUrl: `${app.origin}/sms`,
    voiceUrl: `${app.origin}/voice`,
  });
  const { changeSource = (source) => source } = options;
  const counted = countStreams(changeSource(createSandboxSource(sandbox)));
  const open = (port: number) =>
    openPage({
      port,
      spare: 0,
      token: PAGE_TOKEN,
      source: counted.source,
      files: openPageFiles('dist/page'),
      writeStory: createTraceStories(sandbox, [sandbox.authToken]),
      now: options.now ?? (() => 0),
    });
  // Not any free port: while the page is closed, an outgoing connection may get it.
  let page = await open(await findPort());
  onTestFinished(() => page.close());
  const context = await openContext(browser, options.browser);
  return {
    sandbox,
    client,
    app,
    page: () => page,
    context,
    openStreams: counted.open,
    openTab: async (path) => {
      const tab = await context.newPage();
      await tab.goto(page.createAddress(path));
      return tab;
    },
    closePage: () => page.close(),
    reopenPage: async () => {
      page = await open(page.port);
    },
  };
}

/** Opens a context in which an error of a script, or a script that the policy refuses, makes the test fail. */
async function openContext(browser: Browser, options?: BrowserContextOptions): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  context.setDefaultTimeout(DEADLINE);
  const problems: string[] = [];
  context.on('weberror', (error) => problems.push(error.error().message));
  context.on('console', (line) => {
    // Another site that frames the page is refused as it should be.
    if (/Content Security Policy|Trusted/.test(line.text()) && !line.text().startsWith('Framing')) {
      problems.push(line.text());
    }
  });
  onTestFinished(async () => {
    await context.close();
    expect(problems).toEqual([]);
  });
  return context;
}

/** Forwards each text of others to the owner, as Relay does. */
function forwardTexts(app: WebhookApp, client: PageLab['client']): void {
  app.answer(async ({ path, form }) => {
    if (path !== '/sms' || form.From === OWNER) return twiml('<Response/>');
    const forward = client.messages.create({ from: MASK, to: OWNER, body: `📲 ${form.Body}` });
    // The sandbox may have ended with its test.
    return forward.then(() => twiml('<Response/>')).catch(() => ({ status: 500 }));
  });
}

function countStreams(source: PageSource): { readonly source: PageSource; open(): number } {
  let open = 0;
  const pass: PageSource['pass'] = (incoming, outgoing, target) => {
    if (target.startsWith('/events') && !target.startsWith('/events.json')) {
      open += 1;
      outgoing.on('close', () => {
        open -= 1;
      });
    }
    source.pass(incoming, outgoing, target);
  };
  return { source: { ...source, pass }, open: () => open };
}

/** Returns the part of the page that is a phone. @param name as the page shows it */
export function findPhone(tab: Page, name: string) {
  return tab.getByRole('article', { name: `Phone ${name}` });
}

/** Types a text on a phone, and sends it to the number of the account. */
export async function typeText(tab: Page, phone: string, body: string): Promise<void> {
  const composer = findPhone(tab, phone).getByRole('textbox', { name: `Text to ${SHOWN_MASK}` });
  await composer.fill(body);
  await composer.press('Enter');
}

/** Returns the notice of the page: its words are announced, too, and so are twice in the document. */
export function findNotice(tab: Page) {
  return tab.getByRole('complementary', { name: 'Notice' });
}

/** Waits until the tab gets new events. */
export async function whenLive(tab: Page): Promise<void> {
  await tab.getByText('● connected').waitFor();
}

/** Waits until the timeline that is shown counts all events of the sandbox, each once. */
export async function whenComplete(tab: Page, { sandbox }: Pick<PageLab, 'sandbox'>): Promise<void> {
  const countMissing = async () => {
    const [, shown = ''] = /([\d,]+) events/.exec(await tab.locator('.toolbar').innerText()) ?? [];
    return sandbox.events().length - Number(shown.replaceAll(',', ''));
  };
  await expect.poll(countMissing).toBe(0);
}
