// The control API of a sandbox, as far as stories need it.

/** A text on a phone. */
export interface ShownText {
  readonly sid: string;
  readonly from: string;
  readonly body: string;
  readonly mediaUrls: readonly string[];
}

/** A call in a phone's call log. */
export interface ShownCall {
  readonly sid: string;
  /** The other number, as the phone shows it. */
  readonly shown: string;
  readonly direction: 'incoming' | 'outgoing';
  readonly state: string;
  readonly heard: readonly { readonly kind: string; readonly content: string }[];
}

/** Something that happened in the sandbox; the rest of it is for those who show it. */
export interface Hop {
  readonly id: number;
  readonly kind: string;
}

/** A webhook among them. */
export interface WebhookHop extends Hop {
  readonly kind: 'webhook.sent';
  readonly purpose: string;
  readonly url: string;
  readonly status: number | null;
  readonly errorCode: number | null;
  readonly failure: string | null;
}

/** One time that a phone was shown a number. */
export interface Showing {
  readonly phone: string;
  readonly how: string;
  readonly written: string;
  readonly excerpt: string;
}

/** How a phone can be told to behave. */
export interface PhoneBehaviour {
  readonly texts?: 'delivered' | 'silent' | { readonly undelivered: number };
  readonly callbacks?: 'once' | 'duplicated' | 'reordered';
  readonly calls?: 'answers' | 'busy' | 'rejects' | 'no-answer';
  readonly callerId?: 'shown' | 'withheld';
  /** Milliseconds. */
  readonly slow?: number;
}

/** What networks can have against a number. */
export interface NumberCompliance {
  readonly a2p?: 'registered' | 'unregistered';
  readonly tollFree?: 'verified' | 'unverified';
}

/** Which requests to the REST API fail, and how. */
export interface RequestFault {
  readonly method?: string;
  /** A regular expression. */
  readonly path?: string;
  readonly skip?: number;
  readonly times?: number;
  readonly when?: 'before' | 'after';
  readonly answer:
    | 'drop'
    | 'hang'
    | { readonly status: number; readonly code?: number; readonly message?: string };
}

/** The control API of a sandbox, as far as stories need it. Its methods throw RelayPhoneError. */
export interface StoryControl {
  phones(): Promise<readonly { readonly number: string }[]>;
  texts(phone: string): Promise<readonly ShownText[]>;
  text(text: {
    readonly from: string;
    readonly to: string;
    readonly body: string;
    readonly mediaUrls: readonly string[];
  }): Promise<unknown>;
  call(from: string, to: string): Promise<unknown>;
  calls(phone: string): Promise<readonly ShownCall[]>;
  act(
    phone: string,
    callSid: string,
    act: 'answer' | 'reject' | 'hang-up' | 'press' | 'say',
    content?: object,
  ): Promise<void>;
  behave(phone: string, behaviour: PhoneBehaviour): Promise<void>;
  compliance(sender: string, compliance: NumberCompliance): Promise<void>;
  fail(fault: RequestFault): Promise<{ readonly id: string }>;
  removeFault(id: string): Promise<void>;
  /** Milliseconds, or a time such as `5m`. Refused (`usage`) by a clock that runs by itself. */
  advance(time: number): Promise<unknown>;
  events(filter: { readonly since?: number }): Promise<readonly (Hop | WebhookHop)[]>;
  whoSaw(number: string): Promise<readonly Showing[]>;
}
