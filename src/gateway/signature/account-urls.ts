// The webhook URLs of the account as a gateway knows them: read anew when a signature is not explained, but seldom.
import { RelayPhoneError } from '../../errors.js';
import type { ConfiguredUrl } from './configured-urls.js';

/** The account whose webhooks a gateway receives. */
export interface WebhookAccount {
  readonly sid: string;
  /** Returns the webhook URLs that the account held when they were last read. */
  readonly urls: () => readonly ConfiguredUrl[];
  /** Reads them anew. @throws RelayPhoneError if Twilio refuses or does not answer */
  readonly readUrls: () => Promise<void>;
}

/** The webhook URLs of an account. */
export interface AccountUrls {
  current(): readonly ConfiguredUrl[];
  /**
   * Reads the URLs anew, unless that was begun in the last half minute and has ended. A read under way is shared.
   *
   * @returns undefined if they are not read; else null, or as a clause why they could not be read
   */
  refresh(): Promise<string | null> | undefined;
}

/** However many requests strangers sign wrongly, Twilio is asked no more often. */
const REFRESH_INTERVAL_MS = 30_000;

/** Creates the view of an account; without one, no URLs are known. @param elapsed milliseconds on a monotonic clock */
export function createAccountUrls(
  account: WebhookAccount | undefined,
  elapsed: () => number = () => performance.now(),
): AccountUrls {
  let lastAt = Number.NEGATIVE_INFINITY;
  let running: Promise<string | null> | undefined;
  return {
    current: () => account?.urls() ?? [],
    refresh: () => {
      if (running || !account) return running;
      if (elapsed() - lastAt < REFRESH_INTERVAL_MS) return undefined;
      lastAt = elapsed();
      running = readAgain(account).finally(() => {
        running = undefined;
      });
      return running;
    },
  };
}

/** Returns why they could not be read; null if they were. */
async function readAgain({ readUrls }: WebhookAccount): Promise<string | null> {
  try {
    await readUrls();
    return null;
  } catch (error) {
    if (error instanceof RelayPhoneError) return error.reason;
    throw error;
  }
}
