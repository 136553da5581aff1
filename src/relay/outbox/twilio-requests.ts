// The requests of a relay to Twilio's messages and calls, and what their failures mean for a text.
import { RelayPhoneError } from '../../errors.js';
import type { TwilioClient } from '../../twilio/client.js';
import { explainTwilioFailure, findRestFailure, isNotFound, mayHaveHappened } from '../../twilio/failure.js';
import type { OutgoingRow } from '../store/outgoing.js';

/** The requests of the outbox. They throw what the SDK throws; {@link readFailure} explains it. */
export interface TwilioRequests {
  /** Sends a text. @returns its SID */
  send(text: OutgoingRow): Promise<string>;
  /** Finds the SID of a text that Twilio may have accepted; undefined if it lists none that is not `isKnown`. */
  findSent(text: OutgoingRow, isKnown: (sid: string) => boolean): Promise<string | undefined>;
  /** Deletes a message or call. Not found counts as deleted. */
  delete(kind: 'forget-text' | 'forget-call', sid: string): Promise<void>;
}

/** Why a request failed. */
export interface RequestFailure {
  /** `unclear`: Twilio may have done it · `later`: it has not, a retry may work · `refused`: a retry is useless. */
  readonly kind: 'unclear' | 'later' | 'refused';
  /** Twilio's error code. */
  readonly code: number | undefined;
  /** The reason, for people. */
  readonly reason: string;
}

/** Older trial accounts put this before every text. */
const TRIAL_PREFIX = 'Sent from your Twilio trial account - ';
/** How far Twilio's clock and ours may differ. */
export const CLOCK_SKEW_MS = 10 * 60_000;
/** Statuses that are about the credentials or the request rate, and not about the text. */
const RETRYABLE_STATUSES: ReadonlySet<number> = new Set([401, 403, 408, 429]);

/** Creates the requests. @param statusCallback the `StatusCallback` URL of forwarded texts */
export function createTwilioRequests(client: TwilioClient, statusCallback: string): TwilioRequests {
  const { account } = client;
  return {
    send: async ({ kind, sender: from, recipient: to, body, mediaUrls }) => {
      const callback = kind === 'forward' ? { statusCallback } : {};
      const media = mediaUrls.length > 0 ? { mediaUrl: [...mediaUrls] } : {};
      return (await account.messages.create({ from, to, body, ...media, ...callback })).sid;
    },
    findSent: async (text, isKnown) => {
      const { sender: from, recipient: to } = text;
      const oldest = (text.begunAt ?? text.createdAt) - CLOCK_SKEW_MS;
      for await (const row of listTwilioMessages(client, { from, to }, oldest)) {
        if (isSameText(row, text) && !isKnown(row.sid)) return row.sid;
      }
      return undefined;
    },
    delete: async (kind, sid) => {
      try {
        await (kind === 'forget-text' ? account.messages(sid) : account.calls(sid)).remove();
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    },
  };
}

/** Explains what a request threw. An unexpected error is `unclear`. */
export function readFailure(error: unknown): RequestFailure {
  const explained = explainTwilioFailure('send', error);
  const reason = explained instanceof RelayPhoneError ? explained.reason : String(error);
  const failure = findRestFailure(error);
  const code = failure?.code;
  if (explained === error || mayHaveHappened(error)) return { kind: 'unclear', code, reason };
  const status = failure?.status ?? 0;
  return { kind: status < 400 || RETRYABLE_STATUSES.has(status) ? 'later' : 'refused', code, reason };
}

function isSameText({ body, direction }: ListedMessage, text: OutgoingRow): boolean {
  return direction !== 'inbound' && (body === text.body || body === TRIAL_PREFIX + text.body);
}

type Messages = TwilioClient['account']['messages'];
type Page = Awaited<ReturnType<Messages['page']>>;

/** A message in Twilio's list. */
export type ListedMessage = Page['instances'][number];

const PAGE_SIZE = 100;

/**
 * Lists the matching messages, newest first, down to those created at `oldest`. Fetches no more pages than needed.
 *
 * @param oldest milliseconds since 1970
 * @throws what the SDK throws
 */
export async function* listTwilioMessages(
  { account }: TwilioClient,
  filter: { readonly from?: string; readonly to: string },
  oldest: number,
): AsyncGenerator<ListedMessage> {
  let page: Page | undefined = await account.messages.page({ ...filter, pageSize: PAGE_SIZE });
  while (page) {
    for (const message of page.instances) {
      if (message.dateCreated.getTime() < oldest) return;
      yield message;
    }
    page = (await page.nextPage()) as Page | undefined;
  }
}
