// The form of a behaviour: requests to Twilio and webhooks of Twilio as data, with what the documentation promises.

/** The groups of behaviours, in the order in which they run: those that are free come first. */
export const BEHAVIOUR_GROUPS = [
  'accounts',
  'paging',
  'numbers',
  'lookups',
  'services',
  'messages',
  'calls',
  'texts',
  'twiml-texts',
  'opt-outs',
  'voice',
  'twiml-voice',
] as const;

/** One of {@link BEHAVIOUR_GROUPS}. */
export type BehaviourGroup = (typeof BEHAVIOUR_GROUPS)[number];

/** A JSON value without structure. */
export type Scalar = string | number | boolean | null;

/** Values by name. A value may have placeholders, see `template.ts`. */
export type Values = Readonly<Record<string, string | readonly string[]>>;

/** The collections of an account in which behaviours create something that must be removed again. */
export const CREATED_IN = ['Applications', 'Services', 'Messages', 'Calls'] as const;

/** One of {@link CREATED_IN}. */
export type CreatedIn = (typeof CREATED_IN)[number];

/** A request to the REST API. */
export interface RequestStep {
  readonly kind: 'request';
  readonly method: 'GET' | 'POST' | 'DELETE' | 'PUT';
  /** Below the account, such as `/Messages.json`; or a whole URL of another product. Placeholders are allowed. */
  readonly path: string;
  readonly query?: Values;
  readonly form?: Values;
  /** Sends a wrong auth token. */
  readonly credentials?: 'wrong-token';
  /** Placeholders for later steps, each with the path of its value in the answer: `{ sid: 'sid' }`. */
  readonly save?: Readonly<Record<string, string>>;
  /** What the request creates; it is removed at the end of the behaviour. */
  readonly creates?: CreatedIn;
  /** The text may be STOP: if the run ends before its START, that is sent when it is undone. */
  readonly optsOut?: true;
  /** Repeats the request until the value at `path` of the answer is one of `values`. */
  readonly until?: { readonly path: string; readonly values: readonly Scalar[] };
  readonly expect: AnswerExpectation;
  /** Paths of the answer whose values depend on the account: only their types are recorded and compared. */
  readonly loose?: readonly string[];
}

/** What the documentation promises of an answer. */
export interface AnswerExpectation {
  readonly status: number;
  /** Values by their path in the JSON of the answer, such as `code` or `messages.0.status`. */
  readonly body?: Readonly<Record<string, Scalar>>;
}

/** Waits for webhooks. */
export interface WebhookStep {
  readonly kind: 'webhooks';
  /** How many webhooks each path of the app has received by then, in this behaviour. */
  readonly count: Readonly<Record<string, number>>;
}

/** One step of a behaviour. */
export type Step = RequestStep | WebhookStep;

/** What a webhook must be like: its parameters by name. */
export interface WebhookExpectation {
  readonly path: string;
  /** Of the webhooks to that path, the first is 0. */
  readonly index: number;
  readonly parameters: Readonly<Record<string, string>>;
}

/** The worst case of what a behaviour spends. */
export interface BehaviourCost {
  /** Segments of texts from one of the two numbers to the other. */
  readonly segments?: number;
  /** Calls from one of the two numbers to the other, each of at most a minute. */
  readonly calls?: number;
}

/** One behaviour of Twilio. */
export interface TwilioBehaviour {
  /** Names it on the command line and in captures: `messages/no-recipient`. Never changes. */
  readonly id: string;
  readonly group: BehaviourGroup;
  /** A sentence without its full stop. */
  readonly title: string;
  /** Its row in docs/fidelity.md. */
  readonly row: string;
  /** What the app answers at a path: TwiML, or text of another type. Default: an empty `<Response/>`. */
  readonly app?: Readonly<Record<string, AppReply>>;
  readonly cost?: BehaviourCost;
  readonly steps: readonly Step[];
  readonly webhooks?: readonly WebhookExpectation[];
  /** Pairs of events, as `eventName` gives them, of which the first must come before the second. */
  readonly order?: readonly (readonly [earlier: string, later: string])[];
}

/** What the app answers. */
export type AppReply = string | { readonly status?: number; readonly type?: string; readonly body: string };

/** True if webhooks must reach the app for the behaviour. */
export function needsWebhooks({ steps }: TwilioBehaviour): boolean {
  return steps.some(({ kind }) => kind === 'webhooks');
}

/** True if the webhooks of the two numbers must lead to the app: Twilio may accept what it should refuse. */
export function usesNumbers(behaviour: TwilioBehaviour): boolean {
  return needsWebhooks(behaviour) || isPaid(behaviour);
}

/** True if the behaviour asks for texts or calls, which cost money. */
export function isPaid({ cost }: TwilioBehaviour): boolean {
  return (cost?.segments ?? 0) + (cost?.calls ?? 0) > 0;
}
