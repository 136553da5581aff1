// The client of the control API: uses a sandbox in another process.
import { type ErrorKind, type ErrorParts, RelayPhoneError } from '../../errors.js';
import type { Compliance } from '../accounts/compliance/store.js';
import type { SentText, TextOutcome } from '../messaging/text-gateway.js';
import type { Behaviour, WholeBehaviour } from '../phones/behaviour.js';
import type { LoggedCall } from '../phones/calls/call-log.js';
import type { CheckedAssertion } from '../phones/exposure/assertions.js';
import type { NumberExposure } from '../phones/exposure/find-exposures.js';
import type { ReceivedText, TextAtPosition } from '../phones/inbox.js';
import type { PhoneSummary } from '../phones/phones.js';
import type { SentPhoneText } from '../phones/sent-texts.js';
import type { Thread, ThreadPage, ThreadPageOptions } from '../phones/threads.js';
import type { SandboxEvent } from '../platform/events/event.js';
import { DEFAULT_TIMEOUT_MS, type EventFilter } from '../platform/events/search.js';
import type { FaultRule } from '../server/faults.js';
import type { RecordedRequest } from '../server/request-log.js';
import type { AccountCredentials, ClockReading, ControlError, FaultSummary } from './app.js';
import type { CallAct, PlacedCall, StartedText } from './phone-acts.js';
import { verifySandbox } from './proof.js';
import type { SavedSnapshot } from './request-bodies.js';
import {
  type ControlAddress,
  type FollowOptions,
  followEvents,
  formatQuery,
  sendControlRequest,
} from './send.js';

/** The timeout of requests that wait for the app's answers: long enough for several slow documents and their fallbacks. */
const WEBHOOK_TIMEOUT_MS = 120_000;

/** The timeout for a snapshot: one with 100,000 texts takes seconds. */
const SNAPSHOT_TIMEOUT_MS = 60_000;

/** How much later than the requested timeout the sandbox may answer. */
const TIMEOUT_MARGIN_MS = 2000;

/** A sandbox in another process. Every method throws RelayPhoneError: `network` without an answer, `usage` if refused,
 * `needsUser` if the machine's disk fails the sandbox. */
export interface ControlClient {
  account(): Promise<AccountCredentials>;
  phones(): Promise<readonly PhoneSummary[]>;
  texts(number: string): Promise<readonly ReceivedText[]>;
  /** The texts that a phone has sent, oldest first. */
  sent(number: string): Promise<readonly SentPhoneText[]>;
  /** A phone's conversations, the one with the newest text first. */
  threads(number: string): Promise<readonly Thread[]>;
  /** A page of a phone's conversation with another number; the newest without `before`. */
  thread(number: string, withNumber: string, options?: ThreadPageOptions): Promise<ThreadPage>;
  /** Sends a text from a phone; resolves when the app has answered the webhook and its TwiML has run. */
  text(text: SentText): Promise<TextOutcome>;
  /** Sends a text from a phone; resolves when it has left the phone. */
  startText(text: SentText): Promise<StartedText>;
  /** Calls `onEvent` with each event of a trace; resolves when nothing of the trace is in progress. */
  follow(traceId: string, onEvent: (event: SandboxEvent) => void): Promise<void>;
  /** Calls a number of the account from a phone. */
  call(from: string, to: string): Promise<PlacedCall>;
  /** A phone's call log, oldest first. */
  calls(number: string): Promise<readonly LoggedCall[]>;
  /** Acts as a phone in a call: `press` takes `{ keys }`, `say` takes `{ words }`. */
  act(number: string, callSid: string, act: CallAct, content?: object): Promise<void>;
  /** Calls `onEvent` with every event; resolves when `signal` is aborted. */
  watch(onEvent: (event: SandboxEvent) => void, options: Omit<FollowOptions, 'traceId'>): Promise<void>;
  /** Returns the kept events that match, oldest first. */
  events(filter?: EventFilter): Promise<readonly SandboxEvent[]>;
  /**
   * Returns a phone's first text after its first `after` texts, and waits for it if necessary. Without `after`, the next
   * text to arrive.
   *
   * @param options.timeout milliseconds. Default 5000
   * @throws RelayPhoneError `fault` if there is no such text in time.
   */
  nextText(
    number: string,
    options?: { readonly after?: number; readonly timeout?: number },
  ): Promise<TextAtPosition>;
  exposures(number: string): Promise<readonly NumberExposure[]>;
  /** The earlier name of `exposures`. */
  whoSaw(number: string): Promise<readonly NumberExposure[]>;
  assertions(): Promise<readonly CheckedAssertion[]>;
  /** Asserts that a number is shown only to its own phone and to the `allowed` ones. */
  assertShownOnlyTo(number: string, allowed: readonly string[]): Promise<void>;
  /** Removes the assertion about a number, which must exist. */
  removeAssertion(number: string): Promise<void>;
  behave(number: string, behaviour: Behaviour): Promise<void>;
  /** How a phone behaves, in every respect. */
  behaviour(number: string): Promise<WholeBehaviour>;
  /** Labels a phone; an empty label removes it. */
  label(number: string, label: string): Promise<void>;
  compliance(sender: string, compliance: Compliance): Promise<void>;
  fail(rule: FaultRule): Promise<FaultSummary>;
  faults(): Promise<readonly FaultSummary[]>;
  removeFault(id: string): Promise<void>;
  requests(): Promise<readonly RecordedRequest[]>;
  clock(): Promise<ClockReading>;
  /** Advances a manual clock; resolves when everything due in that time has happened. */
  advance(time: number | string): Promise<ClockReading>;
  snapshot(): Promise<string>;
  restore(snapshot: string): Promise<void>;
  reset(): Promise<void>;
}

/**
 * Creates a client. Before its first request it verifies the sandbox with {@link verifySandbox}, so that another program
 * on the port never gets the token.
 */
export function createControlClient(address: ControlAddress): ControlClient {
  let verified: Promise<void> | undefined;
  async function verify(): Promise<void> {
    verified ??= verifySandbox(address.origin, address.controlToken);
    await verified;
  }
  async function call<T>(method: string, path: string, body?: unknown, timeoutMs?: number): Promise<T> {
    await verify();
    const target = timeoutMs === undefined ? address : { ...address, timeoutMs };
    return verifyAnswer<T>(method, path, await sendControlRequest(target, method, path, body));
  }
  const findExposures = (number: string): Promise<readonly NumberExposure[]> =>
    call('GET', `/exposures/${encodeURIComponent(number)}`);
  return {
    account: () => call('GET', '/account'),
    phones: () => call('GET', '/phones'),
    texts: (number) => call('GET', `${phone(number)}/texts`),
    sent: (number) => call('GET', `${phone(number)}/sent`),
    threads: (number) => call('GET', `${phone(number)}/threads`),
    thread: (number, withNumber, { before, limit } = {}) =>
      call('GET', `${phone(number)}/thread${formatQuery({ with: withNumber, before, limit })}`),
    text: ({ from, ...text }) => call('POST', `${phone(from)}/text`, text, WEBHOOK_TIMEOUT_MS),
    startText: ({ from, ...text }) => call('POST', `${phone(from)}/text?wait=none`, text, WEBHOOK_TIMEOUT_MS),
    follow: async (traceId, onEvent) => {
      await verify();
      return followEvents(address, { traceId, since: 0 }, onEvent);
    },
    call: (from, to) => call('POST', `${phone(from)}/call`, { to }),
    calls: (number) => call('GET', `${phone(number)}/calls`),
    act: (number, callSid, act, content) => call('POST', `${phone(number)}/calls/${callSid}/${act}`, content),
    watch: async (onEvent, options) => {
      await verify();
      return followEvents(address, options, onEvent);
    },
    events: ({ kind, traceId, since } = {}) =>
      call('GET', `/events.json${formatQuery({ kind, trace: traceId, since })}`),
    nextText: (number, { after, timeout = DEFAULT_TIMEOUT_MS } = {}) =>
      call(
        'GET',
        `${phone(number)}/next-text${formatQuery({ after, timeout })}`,
        undefined,
        timeout + TIMEOUT_MARGIN_MS,
      ),
    exposures: findExposures,
    whoSaw: findExposures,
    assertions: () => call('GET', '/assertions'),
    assertShownOnlyTo: (number, allowed) => call('PUT', assertion(number), { allowed }),
    removeAssertion: (number) => call('DELETE', assertion(number)),
    behave: (number, behaviour) => call('PUT', `${phone(number)}/behaviour`, behaviour),
    behaviour: (number) => call('GET', `${phone(number)}/behaviour`),
    label: (number, label) => call('PUT', `${phone(number)}/label`, { label }),
    compliance: (sender, compliance) => call('PUT', `/compliance/${encodeURIComponent(sender)}`, compliance),
    fail: (rule) => call('POST', '/faults', rule),
    faults: () => call('GET', '/faults'),
    removeFault: (id) => call('DELETE', `/faults/${encodeURIComponent(id)}`),
    requests: () => call('GET', '/requests'),
    clock: () => call('GET', '/clock'),
    advance: (time) => call('POST', '/clock', { advance: time }, WEBHOOK_TIMEOUT_MS),
    snapshot: async () =>
      (await call<SavedSnapshot>('GET', '/snapshot', undefined, SNAPSHOT_TIMEOUT_MS)).snapshot,
    restore: (snapshot) => call('POST', '/restore', { snapshot }, SNAPSHOT_TIMEOUT_MS),
    reset: () => call('POST', '/reset'),
  };
}

function phone(number: string): string {
  return `/phones/${encodeURIComponent(number)}`;
}

function assertion(number: string): string {
  return `/assertions/${encodeURIComponent(number)}`;
}

/** The kinds of refusal, by status; their answer is a {@link ControlError}. */
const REFUSALS: Readonly<Record<number, ErrorKind>> = { 400: 'usage', 504: 'fault', 507: 'needsUser' };

function verifyAnswer<T>(
  method: string,
  path: string,
  { status, text }: { status: number; text: string },
): T {
  if (status < 300) return (text === '' ? undefined : JSON.parse(text)) as T;
  const kind = REFUSALS[status];
  const unexpected = {
    task: `send ${method} ${path} to the sandbox`,
    reason: `it answered ${status}: ${text}`,
  };
  throw new RelayPhoneError({ kind: kind ?? 'usage', ...(kind ? readRefusal(text) : unexpected) });
}

function readRefusal(text: string): Pick<ErrorParts, 'task' | 'reason' | 'tryNext'> {
  const { error: reason, task, tryNext } = JSON.parse(text) as ControlError;
  return { task, reason, tryNext };
}
