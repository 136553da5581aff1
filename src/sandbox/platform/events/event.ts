// The events of a sandbox: one kind for each thing that can happen.

/** The fields of each kind of event. Kinds never change their names: users filter by them. */
export type EventFields =
  | {
      readonly kind: 'request.in';
      readonly method: string;
      /** With the query. */
      readonly path: string;
      readonly status: number;
    }
  | ({ readonly kind: 'text.received' } & TextFacts & {
        /** Null if the number's Messaging Service receives no texts: then there is no message resource. */
        readonly sid: string | null;
      })
  | ({ readonly kind: 'text.queued' } & TextFacts & {
        readonly sid: string;
        readonly direction: 'outbound-api' | 'outbound-reply';
      })
  | {
      readonly kind: 'text.status';
      readonly sid: string;
      readonly status: string;
      readonly errorCode: number | null;
    }
  | ({ readonly kind: 'text.reached-phone' } & TextFacts & { readonly sid: string })
  | {
      readonly kind: 'webhook.sent';
      readonly purpose: WebhookPurpose;
      /** Of the message or call. */
      readonly sid: string;
      readonly method: string;
      readonly url: string;
      /** The HTTP status of the answer; null without an answer. */
      readonly status: number | null;
      readonly verdict: 'accepted' | 'redirected' | 'failed';
      /** Why it failed: a code of https://www.twilio.com/docs/api/errors and a sentence; both null if it did not fail. */
      readonly errorCode: number | null;
      readonly failure: string | null;
    }
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
      readonly kind: 'opt-out';
      /** The phone that sent the keyword, and the number that received it. */
      readonly phone: string;
      readonly number: string;
      readonly keyword: 'STOP' | 'START' | 'HELP';
      /** The automatic reply; null if none was sent. */
      readonly reply: string | null;
    };

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
