// The browser page of a live account: a gateway that records the webhooks of an app, and a tab of a real Chromium.
import type { BrowserContextOptions, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { openCommandPage } from '../../src/cli/core/page.js';
import type { ExchangeSummary, NewExchange } from '../../src/exchanges/exchange.js';
import type { Gateway } from '../../src/gateway/gateway.js';
import type { OpenPage } from '../../src/page/server/open-page.js';
import type { StateFolder } from '../../src/state/folder.js';
import { findBrowser, openBrowser } from './browser.js';
import { findPort } from './find-port.js';
import { ask, FORM, startApp, startTunnel, TOKEN, webhook } from './gateway.js';
import { openOwnStateFolder } from './own-state-folder.js';
import { createWorkspace } from './workspace.js';

/** A page of a live account, which ends with the test. */
export interface LivePage {
  readonly tab: Page;
  readonly folder: StateFolder;
  /** The page's server; another one after {@link LivePage.reopenPage}. */
  page(): OpenPage;
  closePage(): Promise<void>;
  /** Serves the page again, on the same port. */
  reopenPage(): Promise<void>;
  /** Starts a gateway of the folder in front of the app. */
  startTunnel(): ReturnType<typeof startTunnel>;
  /** Makes the app answer 200 instead of 500. */
  fix(): void;
}

/** Opens the page. Nothing is recorded yet, and no gateway runs. */
export async function openLivePage(options: BrowserContextOptions = {}): Promise<LivePage> {
  const workspace = createWorkspace();
  onTestFinished(workspace.remove);
  const folder = openOwnStateFolder(workspace.file('.relay-phone'));
  let isFixed = false;
  const app = await startApp((incoming, outgoing) => {
    incoming.resume().on('end', () => {
      const [status, body] = isFixed ? [200, '<Response/>'] : [500, "KeyError: 'Message'"];
      outgoing.writeHead(status, { 'Content-Type': isFixed ? 'text/xml' : 'text/plain' }).end(body);
    });
  });
  const account = { accountSid: `AC${'1'.repeat(32)}`, authToken: TOKEN, app: app.origin };
  const subject = { kind: 'live', account } as const;
  const open = (port: number) =>
    openCommandPage({ now: Date.now }, folder, { host: 'tunnel', subject, port });
  // Not any free port: while the page is closed, an outgoing connection may get it.
  let page = await open(await findPort());
  onTestFinished(() => page.close());
  const tab = await openBrowser(findBrowser() ?? '', options);
  await tab.goto(page.createAddress());
  await tab.getByText('LIVE account: costs money').waitFor();
  return {
    tab,
    folder,
    page: () => page,
    closePage: () => page.close(),
    reopenPage: async () => {
      page = await open(page.port);
    },
    startTunnel: () => startTunnel(workspace, app.origin),
    fix: () => {
      isFixed = true;
    },
  };
}

/** Sends a webhook that the app fails on, and one that the gateway refuses. */
export async function sendWebhooks({ origin }: { readonly origin: string }): Promise<void> {
  await ask(origin, webhook({ form: FORM }));
  await ask(origin, webhook({}, { token: 'f'.repeat(32) }));
}

/** Records exchanges like the first one, without requests. @param summaryOf what is special about the one with an index */
export function record(
  gateway: Gateway,
  count: number,
  summaryOf: (index: number) => Partial<ExchangeSummary> = () => ({}),
): void {
  const template = gateway.find(1);
  if (!template) throw new Error('nothing is recorded');
  for (let index = 0; index < count; index += 1) {
    gateway.add({ ...template, summary: { ...template.summary, ...summaryOf(index) } } as NewExchange);
  }
}
