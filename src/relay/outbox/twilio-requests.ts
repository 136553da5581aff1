// What the outbox asks of Twilio, and what its answers mean for a text.
import { RelayPhoneError } from '../../errors.js';
import type { TwilioClient } from '../../twilio/client.js';
import { explainTwilioFailure, findRestFailure, isNotFound, mayHaveHappened } from '../../twilio/failure.js';
import type { OutgoingRow } from '../store/outgoing.js';

/** Twilio, as far as the outbox needs it. What fails throws what the SDK throws; see {@link readFailure}. */
export interface TwilioRequests {
  /** Sends a text once. @returns its SID */
  send(text: OutgoingRow): Promise<string>;
  /** The SID of a text that Twilio may have taken; undefined when it has none that is not accounted for. */
  findSent(text: OutgoingRow, isKnown: (sid: string) => boolean): Promise<string | undefined>;
  /** Deletes a text or a call; one that is gone already is fine. */
  delete(kind: 'forget-text' | 'forget-call', sid: string): Promise<void>;
}

/** Why a request failed. */
export interface RequestFailure {
  /** `unclear` Twilio may have done it · `later` it has not, and may when asked again · `refused` it never will. */
  readonly kind: 'unclear' | 'later' | 'refused';
  /** Twilio's code. */
  readonly code: number | undefined;
  /** Why, for people. */
  readonly reason: string;
}

/** What old trial accounts put in front of every text. */
const TRIAL_PREFIX = 'Sent from your Twilio trial account - ';
/** Milliseconds that Twilio's clock and ours may differ by. */
const CLOCK_SKEW_MS = 10 * 60_000;
/** Statuses that say nothing about the text itself: who we are, and how often we ask. */
const RETRYABLE_STATUSES: ReadonlySet<number> = new Set([401, 403, 408, 429]);

/** Makes a twilio. @param statusCallback where Twilio tells what becomes of a forwarded text */
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

/** What a failed request means. What nobody foresaw leaves it open whether Twilio has done it. */
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

/** A message as Twilio lists it. */
export type ListedMessage = Page['instances'][number];

const PAGE_SIZE = 100;

/**
 * The messages that match, newest first, up to the first that was created before `oldest`.
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
