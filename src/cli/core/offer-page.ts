// Offers the browser page of a command that runs until Ctrl-C: serves it, prints its address, and opens it.
import { findSystemCode, RelayPhoneError } from '../../errors.js';
import type { AnnouncedPage, PageHost } from '../../page/server/address.js';
import type { StateFolder } from '../../state/folder.js';
import type { CommandContext } from './command-context.js';
import type { PageSubject } from './page.js';
import { type CliPorts, isTty } from './ports.js';
import { createScreen } from './screen.js';

const MAX_PORT = 65_535;

/** What decides how the page is offered. */
export interface PageOffer {
  /** The command that offers it. */
  readonly host: PageHost;
  readonly subject: PageSubject;
  /** The wanted port; the next free one if it is taken, any if it is 0. */
  readonly port: number;
  /** The address to listen on. Default `127.0.0.1`. */
  readonly address?: string | undefined;
  /** True if the page is opened in the browser at once. */
  readonly opens: boolean;
  /** True if keys that are typed belong to this process, and not to a program that it runs. */
  readonly ownsTerminal: boolean;
}

/** A page that can be opened. */
export interface OfferedPage {
  /** Without a code, such as `http://127.0.0.1:4022`. */
  readonly origin: string;
  /** Prints the address, opens it if that was asked for, and opens it whenever the key is pressed. */
  show(): Promise<void>;
  /** Stops listening for the key, and closes the page if this process serves it. */
  close(): Promise<void>;
}

/** A page, and how to get in. */
interface EnterablePage extends Pick<OfferedPage, 'origin' | 'close'> {
  /** Returns an address with a fresh code; undefined if the page has gone. */
  createAddress(): Promise<string | undefined>;
}

/**
 * Offers the page. If another command serves a page of the same sandbox, that one is offered: it has what this process
 * would show. What it needs is loaded here, because a command should start as fast as without a page.
 *
 * @returns undefined, after a warning, if no page can be served: the command itself goes on
 */
export async function offerPage(context: CommandContext, offer: PageOffer): Promise<OfferedPage | undefined> {
  const { ports, state } = context;
  const folder = state.open();
  const opening = enterPage(context, folder, offer);
  let stopListening = () => {};
  let isClosed = false;
  const close = async () => {
    if (isClosed) return;
    isClosed = true;
    stopListening();
    await (await opening.catch(() => undefined))?.close();
  };
  ports.onInterrupt(close);
  const page = await opening.catch((error: unknown) => warnOfNoPage(context, error));
  if (!page) return undefined;
  return {
    origin: page.origin,
    show: async () => {
      const canPress = await canPressKeys(ports, offer);
      await printAddress(ports, page, canPress);
      if (offer.opens) await openInBrowser(context, folder, page);
      if (!canPress || isClosed) return;
      const { listenForOpenKey } = await import('./page-key.js');
      const open = () => void openInBrowser(context, folder, page);
      stopListening = listenForOpenKey(ports.stdin as NodeJS.ReadStream, open);
    },
    close,
  };
}

function warnOfNoPage({ screen }: CommandContext, error: unknown): undefined {
  if (!(error instanceof RelayPhoneError) && findSystemCode(error) === undefined) throw error;
  screen.warn(`no page: ${(error as Error).message}`);
}

async function enterPage(
  { ports }: CommandContext,
  folder: StateFolder,
  { host, subject, port, address }: PageOffer,
): Promise<EnterablePage> {
  const { listPages, obtainPageAddress } = await import('../../page/server/address.js');
  const other = listPages(folder).find((page) => shows(page, host, subject));
  if (other) {
    const createAddress = () => obtainPageAddress(folder, other, '/');
    return { origin: other.origin, createAddress, close: async () => undefined };
  }
  const { openCommandPage } = await import('./page.js');
  const page = await openCommandPage(ports, folder, {
    host,
    subject,
    port: port > MAX_PORT ? 0 : port,
    address,
  });
  return { ...page, createAddress: async () => page.createAddress() };
}

/** The page of a tunnel lives as long as the tunnel, whose webhooks it shows: it does not rely on the page of `serve`. */
function shows({ mode }: AnnouncedPage, host: PageHost, { kind }: PageSubject): boolean {
  return mode === kind && !(kind === 'live' && host === 'tunnel');
}

async function canPressKeys(ports: CliPorts, { ownsTerminal }: PageOffer): Promise<boolean> {
  if (!ownsTerminal || !ports.isTerminal) return false;
  const { canPressKeys: canPress } = await import('./page-key.js');
  return canPress(ports);
}

/** Prints on stderr. Without a terminal the address has no code: a log must not let anybody in. */
async function printAddress(ports: CliPorts, page: EnterablePage, canPress: boolean): Promise<void> {
  const address = isTty(ports.stderr) ? await page.createAddress() : undefined;
  const notices = createScreen(ports, { json: true });
  notices.line(`Page: ${address ?? page.origin}${canPress ? ' (press o to open it)' : ''}`);
}

async function openInBrowser(
  { ports }: CommandContext,
  folder: StateFolder,
  page: EnterablePage,
): Promise<void> {
  const notices = createScreen(ports, { json: true });
  const { openPageInBrowser } = await import('./page-opener.js');
  const address = await page.createAddress();
  if (address === undefined) return notices.warn(`the page at ${page.origin} does not answer`);
  const outcome = await openPageInBrowser(ports, folder, address);
  if (outcome === 'ci') notices.warn('--open opens nothing in CI');
  if (outcome !== 'none') return;
  const shown = isTty(ports.stderr) ? await page.createAddress() : undefined;
  notices.warn(
    `no browser could be started: open ${shown ?? 'the address that relay-phone open --print prints'}`,
  );
}
