// Offers the page of a command that works on an account: in the sandbox all of it, else the recorded webhooks.
import type { PageHost } from '../../page/server/address.js';
import type { CommandContext } from './command-context.js';
import { type OfferedPage, offerPage } from './offer-page.js';
import type { Session } from './session.js';

/** The port that is tried first, as beside a sandbox on its usual port. */
const PAGE_PORT = 4022;

/** What decides whether the page is offered, and how. */
export interface AccountPageOptions {
  readonly host: PageHost;
  /** Where the app is. */
  readonly app: string;
  readonly flags: {
    /** False with `--no-page`. */
    readonly page: boolean;
    readonly open?: boolean;
    /** Of the command itself: with 0, the page takes any free port, too. */
    readonly port?: number;
  };
  readonly ownsTerminal: boolean;
}

/** Offers the page; undefined if the flags say so. */
export async function offerAccountPage(
  context: CommandContext,
  { setup, sandbox }: Session,
  { host, app, flags, ownsTerminal }: AccountPageOptions,
): Promise<OfferedPage | undefined> {
  if (!flags.page) return undefined;
  const { accountSid } = setup.client;
  return offerPage(context, {
    host,
    subject: sandbox
      ? { kind: 'sandbox', sandbox }
      : { kind: 'live', account: { accountSid, authToken: setup.authToken, app } },
    port: flags.port === 0 ? 0 : PAGE_PORT,
    opens: flags.open ?? false,
    ownsTerminal,
  });
}
