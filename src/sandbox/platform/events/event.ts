// What can happen in a sandbox, as events tell it.

/** What an event is about; the names of the kinds are the contract with those who filter. */
export type EventFields =
  | {
      readonly kind: 'request.in';
      readonly method: string;
      /** With its query. */
      readonly path: string;
      readonly status: number;
    }
  | ({ readonly kind: 'text.received' } & TextFacts & {
        /** Null when it was not filed, because the number's messaging service does not receive. */
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
      /** The message or call that it is about. */
      readonly sid: string;
      readonly method: string;
      readonly url: string;
      /** The status of the answer; null when there was none. */
      readonly status: number | null;
      /** What was made of it. */
      readonly verdict: 'accepted' | 'redirected' | 'failed';
      /** Why it failed: a code of https://www.twilio.com/docs/api/errors and what happened; null when it did not. */
      readonly errorCode: number | null;
      readonly failure: string | null;
    }
  | {
      readonly kind: 'media.fetched';
      /** The message that shows it. */
      readonly sid: string;
      readonly url: string;
      /** Null when it could not be had. */
      readonly contentType: string | null;
      /** Bytes. */
      readonly size: number;
      /** As with webhooks. */
      readonly errorCode: number | null;
      readonly failure: string | null;
    }
  | {
      readonly kind: 'twiml.run';
      /** The message or call that it is about. */
      readonly sid: string;
      /** The document's; null when it came with the request that placed the call. */
      readonly url: string | null;
      /** What is carried out: a verb, or `Response` for a document without any. */
      readonly verb: string;
    }
  | {
      /** An alert about a document that was had: what in it could not be carried out, or is not as it should be. */
      readonly kind: 'twiml.alert';
      /** The message or call that it is about. */
      readonly sid: string;
      readonly url: string | null;
      readonly logLevel: 'error' | 'warning';
      /** A code of https://www.twilio.com/docs/api/errors, and what happened. */
      readonly errorCode: number;
      readonly message: string;
    }
  | {
      readonly kind: 'call.started';
      readonly sid: string;
      /** The call whose `<Dial>` placed it. */
      readonly parentSid: string | null;
      readonly direction: 'inbound' | 'outbound-api' | 'outbound-dial';
      readonly from: string;
      readonly to: string;
    }
  | { readonly kind: 'call.status'; readonly sid: string; readonly status: string }
  | {
      readonly kind: 'call.connected';
      readonly sid: string;
      /** The call that it is connected to. */
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
      /** The call that the phone is in. */
      readonly sid: string;
      readonly act: PhoneAct;
      /** The number it shows, the keys, the words, or what it hears; null where there is nothing more to say. */
      readonly detail: string | null;
    }
  | {
      readonly kind: 'opt-out';
      /** The phone that used the keyword, and the number it was sent to. */
      readonly phone: string;
      readonly number: string;
      readonly keyword: 'STOP' | 'START' | 'HELP';
      /** What was answered; null when nothing was. */
      readonly reply: string | null;
    };

/** What a phone does or undergoes in a call. */
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

/** What a webhook tells the app, or asks it for. */
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

/** A text as events show it. */
export interface TextFacts {
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly mediaUrls: readonly string[];
}

/** What belongs to every event besides what it is about. */
export interface Occasion {
  /** From 1, without gaps, in the order in which things happened. */
  readonly id: number;
  /** ISO 8601. */
  readonly at: string;
  /** The same from the first cause to the last effect. */
  readonly traceId: string;
  /** The id of the event that led to this one; null where none is known. */
  readonly cause: number | null;
}

/** Something that happened. */
export type SandboxEvent = Occasion & EventFields;
