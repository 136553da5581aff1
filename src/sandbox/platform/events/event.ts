// The events of a sandbox: one kind for each thing that can happen.
import type { Unsupported } from './unsupported.js';

/** The fields of each kind of event. Kinds never change their names: users filter by them. */
export type EventFields =
  | ({
      /** A REST request that was answered. Its effects name it as their cause. */
      readonly kind: 'request.in';
      readonly status: number;
      /** Milliseconds until the answer was known. */
      readonly durationMs: number;
      /** Null if it was not refused. */
      readonly problem: RequestProblem | null;
    } & RequestFacts)
  | ({
      /** Something was asked for that Twilio has and the sandbox lacks. */
      readonly kind: 'unsupported';
    } & Unsupported)
  | ({
      /** An injected fault made a REST request fail. */
      readonly kind: 'fault.hit';
      /** The id of the rule. */
      readonly faultId: string;
      /** `before`: the request had no effect. `after`: only its answer was lost. */
      readonly when: 'before' | 'after';
      /** The HTTP status of the answer, or what happened to the connection. */
      readonly answer: number | 'drop' | 'hang';
    } & RequestFacts)
  | ({ readonly kind: 'phone.texts' } & TextFacts)
  | ({ readonly kind: 'text.received' } & TextFacts & {
        /** Null if the number's Messaging Service receives no texts: then there is no message resource. */
        readonly sid: string | null;
      })
  | ({ readonly kind: 'text.queued' } & TextFacts & {
        readonly sid: string;
        readonly direction: 'outbound-api' | 'outbound-call' | 'outbound-reply';
      })
  | {
      readonly kind: 'text.status';
      readonly sid: string;
      readonly status: string;
      readonly errorCode: number | null;
    }
  | ({ readonly kind: 'text.reached-phone' } & TextFacts & { readonly sid: string })
  | ({
      /** A request of a webhook leaves. What the app does before it answers names this event as its cause. */
      readonly kind: 'webhook.began';
    } & WebhookFacts)
  | ({
      /** A request of a webhook has ended. Its cause is its `webhook.began`. */
      readonly kind: 'webhook.sent';
      /** ISO 8601. */
      readonly startedAt: string;
      readonly durationMs: number;
      /** The HTTP status of the answer; null without an answer. */
      readonly status: number | null;
      /** `challenged`: the answer asked for the URL's user name and password, and the request is sent again with them. */
      readonly verdict: 'accepted' | 'redirected' | 'challenged' | 'failed';
      /** Why it failed: a code of https://www.twilio.com/docs/api/errors and a sentence; both null if it did not fail. */
      readonly errorCode: number | null;
      readonly failure: string | null;
      /** Why the app refused it, in the app's words; null if it did not, or did not say. */
      readonly reason: string | null;
    } & WebhookFacts)
  | {
      readonly kind: 'media.fetched';
      /** Of the message. */
      readonly sid: string;
      readonly url: string;
      /** Null if the media could not be fetched. */
      readonly contentType: string | null;
      /** Bytes. */
      readonly size: number;
      /** As in `webhook.sent`. */
      readonly errorCode: number | null;
      readonly failure: string | null;
    }
  | {
      readonly kind: 'twiml.run';
      /** Of the message or call. */
      readonly sid: string;
      /** The document's; null if it came with the request that created the call. */
      readonly url: string | null;
      /** The verb that runs, or `Response` for a document without verbs. */
      readonly verb: string;
    }
  | {
      /** An alert about a fetched document: something in it failed or is invalid. */
      readonly kind: 'twiml.alert';
      /** Of the message or call. */
      readonly sid: string;
      readonly url: string | null;
      readonly logLevel: 'error' | 'warning';
      /** A code of https://www.twilio.com/docs/api/errors, and a sentence. */
      readonly errorCode: number;
      readonly message: string;
      /** Where the document is wrong, both from 1; null if no place is known. */
      readonly line: number | null;
      readonly column: number | null;
    }
  | {
      readonly kind: 'call.started';
      readonly sid: string;
      /** Of the call whose `<Dial>` created this one; null for other calls. */
      readonly parentSid: string | null;
      readonly direction: 'inbound' | 'outbound-api' | 'outbound-dial';
      readonly from: string;
      readonly to: string;
    }
  | { readonly kind: 'call.status'; readonly sid: string; readonly status: string }
  | {
      readonly kind: 'call.connected';
      readonly sid: string;
      /** Of the call at the other end. */
      readonly otherSid: string;
    }
  | {
      readonly kind: 'call.recorded';
      readonly sid: string;
      readonly recordingSid: string;
      /** Whole seconds. */
      readonly duration: number;
    }
  | {
      readonly kind: 'phone.call';
      readonly phone: string;
      /** Of the call that the phone is in. */
      readonly sid: string;
      readonly act: PhoneAct;
      /** The number shown, the keys, the words, or what the phone hears; null for other acts. */
      readonly detail: string | null;
    }
  | {
      /** A call waits for keys or words. */
      readonly kind: 'gather.waiting';
      readonly sid: string;
      readonly input: readonly ('dtmf' | 'speech')[];
      /** How many keys end the input; null if only a finish key or silence does. */
      readonly numDigits: number | null;
      /** The keys that end the input; empty if none does. */
      readonly finishOnKey: string;
      readonly timeoutSeconds: number;
    }
  | {
      /** A phone was shown the number of another phone, or a number that an assertion protects. */
      readonly kind: 'exposure';
      /** The phone that was shown it. */
      readonly phone: string;
      /** The number that it was shown. */
      readonly number: string;
      readonly how: ExposureKind;
      /** The number as it was written there. */
      readonly written: string;
      /** Of the message or call. */
      readonly sid: string;
      /** The text around the number. */
      readonly excerpt: string;
      /** The id of the assertion that this breaks; null if none forbids it. */
      readonly assertionId: string | null;
    }
  | {
      readonly kind: 'behaviour.changed';
      readonly phone: string;
      /** How the phone behaves now, in every respect; `slow` is in milliseconds. */
      readonly behaviour: Readonly<Record<string, unknown>>;
    }
  | {
      readonly kind: 'clock.advanced';
      readonly byMs: number;
      /** The new time, ISO 8601. */
      readonly now: string;
    }
  | { readonly kind: 'sandbox.reset' }
  | { readonly kind: 'sandbox.restored' }
  | {
      readonly kind: 'opt-out';
      /** The phone that sent the keyword, and the number that received it. */
      readonly phone: string;
      readonly number: string;
      readonly keyword: 'STOP' | 'START' | 'HELP';
      /** The automatic reply; null if none was sent. */
      readonly reply: string | null;
    };

const KINDS: Readonly<Record<EventFields['kind'], true>> = {
  'request.in': true,
  'fault.hit': true,
  unsupported: true,
  'phone.texts': true,
  'text.received': true,
  'text.queued': true,
  'text.status': true,
  'text.reached-phone': true,
  'webhook.began': true,
  'webhook.sent': true,
  'media.fetched': true,
  'twiml.run': true,
  'twiml.alert': true,
  'opt-out': true,
  'call.started': true,
  'call.status': true,
  'call.connected': true,
  'call.recorded': true,
  'phone.call': true,
  'gather.waiting': true,
  exposure: true,
  'behaviour.changed': true,
  'clock.advanced': true,
  'sandbox.reset': true,
  'sandbox.restored': true,
};

/** All kinds of events. */
export const EVENT_KINDS = Object.keys(KINDS) as readonly EventFields['kind'][];

/** What a phone does in a call, or what happens to it. */
export type PhoneAct =
  | 'calls'
  | 'rings'
  | 'answers'
  | 'is busy'
  | 'rejects'
  | 'is answered'
  | 'hears'
  | 'presses'
  | 'says'
  | 'hangs up'
  | 'is hung up on';

/** What a webhook is for. */
export type WebhookPurpose =
  | 'inbound-text'
  | 'text-status'
  | 'call'
  | 'call-status'
  | 'recording-status'
  | 'speech'
  | 'transcription'
  | 'audio'
  | 'caller-id';

/** Where a phone was shown a number: the sender or body of a text, a media file, the caller ID of a call, or speech. */
export type ExposureKind = 'sender' | 'body' | 'media' | 'caller id' | 'heard';

/**
 * How a REST request was connected with the event that caused it. `sure`: it names a SID or a trace, or quotes a text that
 * nobody else sent. `guessed`: it is likely. `none`: nothing is known to have caused it, so it begins a trace.
 */
export type Attribution = 'sure' | 'guessed' | 'none';

/** Why a REST request is refused. */
export interface RequestProblem {
  /** One of https://www.twilio.com/docs/api/errors. */
  readonly code: number;
  readonly message: string;
}

/** A REST request as events show it. */
export interface RequestFacts {
  readonly method: string;
  /** The product whose host it names, such as `messaging`; null if it names none of Twilio's hosts. */
  readonly product: string | null;
  /** With the query. */
  readonly path: string;
  readonly attribution: Attribution;
  /** Whether relay-phone itself sent it, and not the app. */
  readonly isOwn: boolean;
  /** The id of its exchange. */
  readonly exchangeId: number;
}

/** A request of a webhook as events show it. */
export interface WebhookFacts {
  readonly purpose: WebhookPurpose;
  /** Of the message or call. */
  readonly sid: string;
  readonly method: string;
  readonly url: string;
  /** From 1; redirects belong to the attempt that led to them. */
  readonly attempt: number;
  /** The id of its exchange; null if no request could be sent. */
  readonly exchangeId: number | null;
  /** The same for all attempts at one URL. */
  readonly idempotencyToken: string;
  /** The id of the exchange that this request replays; absent for a webhook of the sandbox itself. */
  readonly replayOf?: number;
}

/** A text message as events show it. */
export interface TextFacts {
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly mediaUrls: readonly string[];
}

/** The fields that every event has. */
export interface EventHeader {
  /** From 1, without gaps, in the order of events. */
  readonly id: number;
  /** ISO 8601. */
  readonly at: string;
  /** The same for everything that one act caused. */
  readonly traceId: string;
  /** The id of the event that caused this one; null if unknown. */
  readonly cause: number | null;
}

/**
 * Something that happened in the sandbox; `kind` says what, and which other fields there are.
 *
 * @example
 * const sent = await sandbox.nextEvent((event) => event.kind === 'webhook.sent' && event.purpose === 'inbound-text');
 */
export type SandboxEvent = EventHeader & EventFields;
