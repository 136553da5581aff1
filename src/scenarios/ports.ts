// The ports of a play: the sandbox's control API, the app's user API, the account's numbers, and a clock.

/** The app's user API, with the owner's token. Its methods throw RelayPhoneError. */
export interface StoryApp {
  /** Returns the user's verified phone; undefined if there is none. */
  findOwner(): Promise<string | undefined>;
  /** Returns the mask of a phone. Without one it verifies the phone if needed, and has the app buy a mask. */
  takeMask(owner: string): Promise<string>;
  block(contact: string, isBlocked: boolean): Promise<void>;
}

/** The numbers of the account. Its methods throw RelayPhoneError. */
export interface StoryAccount {
  listOwned(): Promise<readonly string[]>;
  /** Buys a number. @param webhooks URLs for texts and calls, or paths of the app */
  buy(webhooks: { readonly texts: string | undefined; readonly calls: string | undefined }): Promise<string>;
  release(number: string): Promise<void>;
}

/** The ports of a play. */
export interface StoryPorts {
  readonly control: StoryControl;
  readonly app: StoryApp;
  readonly account: StoryAccount;
  /** Returns milliseconds since 1970, of the real clock. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  /** True if it is a failure that the app asks for something which the sandbox lacks, and no step expects it. Default false. */
  readonly isStrict?: boolean;
  /** The id of the last event before the app was started. Default: before the play. */
  readonly startEventId?: number;
  /** Aborts the play. */
  readonly signal?: AbortSignal;
  /** Called before the first step, with the number of each name. */
  readonly onNumbersAssigned?: (numbers: ReadonlyMap<string, string>) => void;
  /** Called after each step, except skipped ones. */
  readonly onStep?: (step: PlayedStep) => void;
}

/** An expectation that was not met. */
export interface UnmetExpectation {
  readonly expected: string;
  /** What was there instead, one line each, the best match first. */
  readonly found: readonly string[];
}

/** A step and its outcome. */
export interface PlayedStep {
  /** In the file, from 1. */
  readonly line: number;
  /** The step as a sentence. */
  readonly words: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** Milliseconds. */
  readonly duration: number;
  /** What an expectation found instead; null if it was met. */
  readonly unmet: UnmetExpectation | null;
  /** Why the step could not be run; null if it could. */
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
  /** The other party's number, as the phone shows it. */
  readonly shown: string;
  readonly direction: 'incoming' | 'outgoing';
  readonly state: string;
  readonly heard: readonly { readonly kind: string; readonly content: string }[];
}

/** An event of the sandbox. Its other properties depend on the kind. */
export interface StoryEvent {
  readonly id: number;
  readonly kind: string;
}

/** The event of a webhook that was sent. */
export interface StoryWebhookEvent extends StoryEvent {
  readonly kind: 'webhook.sent';
  readonly purpose: string;
  readonly url: string;
  readonly status: number | null;
  readonly errorCode: number | null;
  readonly failure: string | null;
}

/** Something that the app asked for and the sandbox lacks, with the latest request or TwiML that asked for it. */
export interface StoryUnsupported {
  readonly what: 'api' | 'operation' | 'parameter' | 'verb' | 'noun' | 'attribute';
  readonly name: string;
  /** Null for TwiML. */
  readonly host: string | null;
  readonly askedIn: 'request' | 'twiml';
  readonly method: string | null;
  readonly url: string | null;
  readonly traceId: string;
  readonly eventId: number;
}

/** Something that the app asked for during a play. */
export interface FoundUnsupported extends StoryUnsupported {
  /** True if a step expected it. */
  readonly isExpected: boolean;
}

/** One exposure of a number to a phone. */
export interface ShownNumber {
  readonly phone: string;
  /** Such as `sender`, `body` or `caller id`. */
  readonly how: string;
  /** The number as it was written there. */
  readonly written: string;
  readonly excerpt: string;
}

/** How a phone treats texts and calls. */
export interface PhoneBehaviour {
  readonly texts?:
    | 'delivered'
    | 'read'
    | 'silent'
    | { readonly undelivered: number }
    | { readonly failed: number };
  readonly callbacks?: 'once' | 'duplicated' | 'reordered';
  readonly calls?: 'answers' | 'busy' | 'rejects' | 'no-answer';
  readonly callerId?: 'shown' | 'withheld';
  /** Delay of texts in milliseconds. */
  readonly slow?: number;
}

/** The registration of a number with US carriers. */
export interface NumberCompliance {
  readonly a2p?: 'registered' | 'unregistered';
  readonly tollFree?: 'verified' | 'unverified';
}

/** A rule that makes requests to the REST API fail. */
export interface RequestFault {
  readonly method?: string;
  /** A regular expression for the path. */
  readonly path?: string;
  /** How many matching requests succeed first. */
  readonly skip?: number;
  /** How many requests fail. Default: all. */
  readonly times?: number;
  /** Whether the request fails before or after it took effect. */
  readonly when?: 'before' | 'after';
  readonly answer:
    | 'drop'
    | 'hang'
    | { readonly status: number; readonly code?: number; readonly message?: string };
}

/** The part of the sandbox's control API that stories use. Its methods throw RelayPhoneError. */
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
  /** Moves the manual clock by milliseconds. Throws `usage` on a real clock. */
  advance(milliseconds: number): Promise<unknown>;
  events(filter: { readonly since?: number }): Promise<readonly (StoryEvent | StoryWebhookEvent)[]>;
  whoSaw(number: string): Promise<readonly ShownNumber[]>;
  /** What was asked for after the event `since` that the sandbox lacks. */
  unsupported(filter: { readonly since: number }): Promise<readonly StoryUnsupported[]>;
  /** The id of the newest event, and for how many acts something is still in progress. */
  state(): Promise<{
    readonly lastEventId: number;
    readonly openTraces: number;
    readonly clock: { readonly mode: 'real' | 'manual' };
  }>;
}
