// The phones of the sandbox: any valid number that the account does not own, and the short codes that text it.
import { DEFAULT_TIMEOUT_MS, waitForMatch } from '../platform/events/search.js';
import type { EventStream } from '../platform/events/stream.js';
import { isShortCode, verifyPhoneNumber } from '../platform/phone-number.js';
import type { WholeBehaviour } from './behaviour.js';
import type { BehaviourStore } from './behaviour-store.js';
import { type CallLog, formatLogged } from './calls/call-log.js';
import type { PhoneCall } from './calls/phone-call.js';
import type { PhoneTexts } from './inbox.js';
import { type Inbox, waitForText } from './next-text.js';
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
  readonly callLog: CallLog;
  readonly handsets: ReadonlyMap<string, PhoneCall>;
  /** Takes what is texted from a phone. */
  send(text: SentText): Promise<TextOutcome>;
  /** Takes a call from a phone. */
  dial(phone: string, to: string): PhoneCall;
}

/** Puts the phones together. */
export function createPhoneBook(parts: PhoneBookParts): PhoneBook {
  const { summaries, texts, behaviours, events, callLog, handsets, send, dial } = parts;

  function phone(text: string): SandboxPhone {
    const number = verifyPhone(text);
    return {
      number,
      texts: () => texts.list(number),
      nextText: async (wish = {}) => (await waitForText(events, texts.inbox(number), wish)).text,
      text: (to, body, { mediaUrls = [] } = {}) => send({ from: number, to, body, mediaUrls }),
      call: (to) => dial(number, to),
      calls: () => callLog.list(number).map(formatLogged),
      liveCalls: () => [...handsets.values()].filter((call) => call.phone === number),
      nextCall: ({ timeout = DEFAULT_TIMEOUT_MS } = {}) =>
        waitForMatch(
          events,
          (event) =>
            event.kind === 'phone.call' && event.act === 'rings' && event.phone === number
              ? handsets.get(event.sid)
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
