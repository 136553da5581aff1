// What a story is played on: a sandbox's control API, the app's user API, the account's numbers, and a clock.

/** The user API of the app, as its owner asks it. Its methods throw RelayPhoneError. */
export interface StoryApp {
  /** The phone that is verified in the app; undefined before one is. */
  findOwner(): Promise<string | undefined>;
  /** The mask in front of a phone: the user's own, else one that the app takes now; the phone is verified if need be. */
  takeMask(owner: string): Promise<string>;
  block(contact: string, isBlocked: boolean): Promise<void>;
}

/** The numbers of the account. Its methods throw RelayPhoneError. */
export interface StoryAccount {
  listOwned(): Promise<readonly string[]>;
  /** Buys a number whose texts and calls lead to these URLs, or paths of the app. */
  buy(leading: { readonly texts: string | undefined; readonly calls: string | undefined }): Promise<string>;
  giveUp(number: string): Promise<void>;
}

/** All of it. */
export interface StoryPorts {
  readonly control: StoryControl;
  readonly app: StoryApp;
  readonly account: StoryAccount;
  /** Milliseconds since 1970, of the real clock. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  /** Ends a play before its time. */
  readonly signal?: AbortSignal;
  /** Told, before the first step, which number is behind each name. */
  readonly onNumbersAssigned?: (numbers: ReadonlyMap<string, string>) => void;
  /** Told of each step when it has ended. */
  readonly onStep?: (step: PlayedStep) => void;
}

/** What was expected and did not come. */
export interface UnmetExpectation {
  readonly expected: string;
  /** What there was instead, line by line, the nearest first. */
  readonly found: readonly string[];
}

/** A step and how it ended. */
export interface PlayedStep {
  /** Of the file, from 1 on. */
  readonly line: number;
  /** The step in words. */
  readonly words: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** Milliseconds. */
  readonly duration: number;
  /** What an expectation found, when it was not met. */
  readonly unmet: UnmetExpectation | null;
  /** Why it could not be done at all; null for expectations. */
  readonly problem: string | null;
}

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
export interface StoryEvent {
  readonly id: number;
  readonly kind: string;
}

/** A webhook among them. */
export interface StoryWebhookEvent extends StoryEvent {
  readonly kind: 'webhook.sent';
  readonly purpose: string;
  readonly url: string;
  readonly status: number | null;
  readonly errorCode: number | null;
  readonly failure: string | null;
}

/** One time that a phone was shown a number. */
export interface ShownNumber {
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
  events(filter: { readonly since?: number }): Promise<readonly (StoryEvent | StoryWebhookEvent)[]>;
  whoSaw(number: string): Promise<readonly ShownNumber[]>;
}
