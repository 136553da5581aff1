// The phones of the sandbox: any valid number that the account does not own, and the short codes that text it.
import { DEFAULT_TIMEOUT_MS, waitForMatch } from '../platform/events/search.js';
import type { EventStream } from '../platform/events/stream.js';
import { isShortCode, verifyPhoneNumber } from '../platform/phone-number.js';
import type { WholeBehaviour } from './behaviour/behaviour.js';
import type { BehaviourStore } from './behaviour/store.js';
import type { PhoneCall } from './calls/phone-call.js';
import type { PhoneCalls } from './calls/phone-calls.js';
import type { PhoneTexts } from './inbox/inbox.js';
import { type Inbox, waitForText } from './inbox/next-text.js';
import type { SandboxPhone } from './phone.js';
import type { SentText, TextOutcome } from './sent-text.js';
import type { PhoneSummary } from './summaries.js';

/** All phones. */
export interface PhoneBook extends Pick<PhoneTexts, 'put'> {
  /** @throws RelayPhoneError `usage` when `number` is neither a valid phone number nor a short code. */
  phone(number: string): SandboxPhone;
  /** The phones that have received something or been in a call, the one to which it happened last first. */
  summaries(): readonly PhoneSummary[];
  /** The texts of a phone one by one. @throws RelayPhoneError `usage` as `phone` does. */
  inbox(number: string): Inbox;
  /** How a phone (in E.164) behaves. */
  behaviourOf(number: string): WholeBehaviour;
  /** Says that the tables were emptied from outside. */
  forget(): void;
}

/** What the phones are made of. */
export interface PhoneBookParts {
  readonly summaries: PhoneBook['summaries'];
  readonly texts: PhoneTexts;
  readonly behaviours: BehaviourStore;
  readonly events: EventStream;
  readonly calls: Pick<PhoneCalls, 'list' | 'live' | 'findLive'>;
  /** Takes what is texted from a phone. */
  send(text: SentText): Promise<TextOutcome>;
  /** Calls a number of the account from a phone. */
  callNumber(phone: string, to: string): PhoneCall;
}

/** Puts the phones together. */
export function createPhoneBook(parts: PhoneBookParts): PhoneBook {
  const { summaries, texts, behaviours, events, calls, send, callNumber } = parts;

  function phone(text: string): SandboxPhone {
    const number = verifyPhone(text);
    return {
      number,
      texts: () => texts.list(number),
      nextText: async (wish = {}) => (await waitForText(events, texts.inbox(number), wish)).text,
      text: (to, body, { mediaUrls = [] } = {}) => send({ from: number, to, body, mediaUrls }),
      call: (to) => callNumber(number, to),
      calls: () => calls.list(number),
      liveCalls: () => calls.live(number),
      nextCall: ({ timeout = DEFAULT_TIMEOUT_MS } = {}) =>
        waitForMatch(
          events,
          (event) =>
            event.kind === 'phone.call' && event.act === 'rings' && event.phone === number
              ? calls.findLive(event.sid)
              : undefined,
          { timeout, what: `a call to ${number}` },
        ),
      behave: (behaviour) => behaviours.change(number, behaviour),
    };
  }

  return {
    phone,
    inbox: (text) => texts.inbox(verifyPhone(text)),
    summaries,
    behaviourOf: behaviours.of,
    put: texts.put,
    forget: behaviours.forget,
  };
}

function verifyPhone(text: string): string {
  return isShortCode(text) ? text : verifyPhoneNumber(text, `pick up the phone ${text}`).number;
}
