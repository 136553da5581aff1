// The client of the control API: uses a sandbox in another process.
import { type ErrorKind, type ErrorParts, RelayPhoneError } from '../../errors.js';
import type { ExchangeFilter } from '../../exchanges/exchange.js';
import type { ReplayEdits } from '../../exchanges/replay-edits.js';
import type { ExchangeReport, FullExchangeReport } from '../../exchanges/report.js';
import type { Compliance, SenderCompliance } from '../accounts/compliance/store.js';
import type { OptOut } from '../messaging/opt-outs/opt-outs.js';
import type { SentText, TextOutcome } from '../messaging/text-gateway.js';
import type { NumberOptions } from '../numbers/incoming-phone-numbers/provision.js';
import type { NumberSummary } from '../numbers/incoming-phone-numbers/summaries.js';
import type { Behaviour, WholeBehaviour } from '../phones/behaviour.js';
import type { LoggedCall } from '../phones/calls/call-log.js';
import type { CallAtPosition, CallStage, SoundAtPosition } from '../phones/calls/waiting.js';
import type { CheckedAssertion } from '../phones/exposure/assertions.js';
import type { NumberExposure } from '../phones/exposure/find-exposures.js';
import type { ReceivedText, TextAtPosition } from '../phones/inbox.js';
import type { PhoneSummary } from '../phones/phones.js';
import type { SentPhoneText } from '../phones/sent-texts.js';
import type { Thread, ThreadPage, ThreadPageOptions } from '../phones/threads.js';
import type { SandboxEvent } from '../platform/events/event.js';
import { DEFAULT_TIMEOUT_MS, type EventFilter } from '../platform/events/search.js';
import type { UnsupportedUse } from '../platform/events/unsupported-use.js';
import type { SandboxAlert } from '../platform/sandbox-alert.js';
import type { FaultRule } from '../server/faults.js';
import type { RecordedRequest } from '../server/request-log.js';
import type { KnownTrace, TraceDetails, TraceFilter } from '../traces/trace-log.js';
import type { ReplayResult } from '../webhooks/replay.js';
import type { AccountCredentials, FaultSummary } from './app.js';
import { type FollowNotices, type FollowOptions, followEvents } from './follow.js';
import type { CallAct, PlacedCall, StartedText } from './phone-acts.js';
import { verifySandbox } from './proof.js';
import type { ControlError } from './refusal.js';
import type { SavedSnapshot } from './request-bodies.js';
import type { ClockReading, SandboxState } from './sandbox-state.js';
import { type ControlAddress, formatQuery, sendControlRequest } from './send.js';

/** The timeout of requests that wait for the app's answers: long enough for several slow documents and their fallbacks. */
const WEBHOOK_TIMEOUT_MS = 120_000;

/** The timeout of all other requests, beside the time that they wait for: the sandbox is there, and may be busy. */
const ANSWER_TIMEOUT_MS = 30_000;

/** The timeout for a snapshot: one with 100,000 texts takes seconds. */
const SNAPSHOT_TIMEOUT_MS = 60_000;

/** Which part of the matching events to list. */
export interface EventPage {
  /** Only events with a lower id. */
  readonly before?: number;
  /** Only the newest ones, at most this many. */
  readonly limit?: number;
  /** Only events with this text in a value, in upper or lower case. */
  readonly text?: string;
}

/** How much of the log of a phone to skip, and how many milliseconds to wait. */
interface WaitOptions {
  readonly after?: number;
  readonly timeout?: number;
}

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
  /** Calls `onEvent` with each event of a trace, once; resolves when nothing of the trace is in progress. */
  follow(traceId: string, onEvent: (event: SandboxEvent) => void, notices?: FollowNotices): Promise<void>;
  /** Sends a text from a phone; resolves when it has left the phone. */
  startText(text: SentText): Promise<StartedText>;
  /** Calls a number of the account from a phone. */
  call(from: string, to: string): Promise<PlacedCall>;
  /** A phone's call log, oldest first. */
  calls(number: string): Promise<readonly LoggedCall[]>;
  /**
   * Returns a phone's first incoming call after its first `after` calls, and waits for it if necessary. Without `after`, the
   * first since the sandbox was started, reset or restored that no such wait has returned.
   *
   * @param options.timeout milliseconds. Default 5000
   * @throws RelayPhoneError `fault` if there is no such call in time.
   */
  nextCall(number: string, options?: WaitOptions): Promise<CallAtPosition>;
  /**
   * Returns a call of a phone, at once or when it has come so far; one that ends first is returned, too.
   *
   * @throws RelayPhoneError `fault` if neither happens in time, `usage` if the phone has no such call.
   */
  callWhen(
    number: string,
    callSid: string,
    options?: { readonly until?: CallStage; readonly timeout?: number },
  ): Promise<LoggedCall>;
  /**
   * Returns what a phone hears in a call after the first `after` sounds, and waits for it if necessary. Without `after`, the
   * first that no such wait has returned.
   *
   * @throws RelayPhoneError `fault` if there is nothing in time, or the call ends first, `usage` if the phone has no such call.
   */
  nextHeard(number: string, callSid: string, options?: WaitOptions): Promise<SoundAtPosition>;
  /** Acts as a phone in a call: `press` takes `{ keys }`, `say` takes `{ words }`. */
  act(number: string, callSid: string, act: CallAct, content?: object): Promise<void>;
  /** Calls `onEvent` with every event, once; resolves when `signal` is aborted. */
  watch(onEvent: (event: SandboxEvent) => void, options: Omit<FollowOptions, 'traceId'>): Promise<void>;
  /** Lists traces, newest first. Without `limit`, at most 100. */
  traces(filter?: TraceFilter): Promise<readonly KnownTrace[]>;
  /**
   * Returns a trace with its events.
   *
   * @param id of the trace, the number at the end of the id, or `latest`
   * @param options.wait how many milliseconds to wait until it is closed. Default 0
   * @throws RelayPhoneError `usage` if no event of it is kept.
   */
  trace(id: string, options?: { readonly wait?: number }): Promise<TraceDetails>;
  /** Returns the kept events that match, oldest first. */
  events(filter?: EventFilter & EventPage): Promise<readonly SandboxEvent[]>;
  /**
   * Returns a phone's first text after its first `after` texts, and waits for it if necessary. Without `after`, the first
   * since the sandbox was started, reset or restored that no such wait has returned.
   *
   * @param options.timeout milliseconds. Default 5000
   * @throws RelayPhoneError `fault` if there is no such text in time.
   */
  nextText(number: string, options?: WaitOptions): Promise<TextAtPosition>;
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
  unregistered(): Promise<readonly SenderCompliance[]>;
  /** As {@link Sandbox.number}. */
  number(number: string, options?: NumberOptions): Promise<NumberSummary>;
  numbers(): Promise<readonly NumberSummary[]>;
  optOuts(): Promise<readonly OptOut[]>;
  /** Opts a phone out of the texts of a number or Messaging Service, as its STOP would. */
  optOut(optOut: OptOut): Promise<void>;
  /** Opts a phone in again, as its START would. */
  optIn(optOut: OptOut): Promise<void>;
  /** Lists the countries that texts and calls may go to. */
  allowedCountries(): Promise<readonly string[]>;
  /** Allows texts and calls to a country. @throws RelayPhoneError `usage` if it is not an ISO 3166 code. */
  allowCountry(country: string): Promise<void>;
  /** Refuses texts and calls to a country. @throws RelayPhoneError `usage` if it is not an ISO 3166 code. */
  refuseCountry(country: string): Promise<void>;
  state(): Promise<SandboxState>;
  /** Lists what was asked for that the sandbox lacks, as `Sandbox.unsupported` does. */
  unsupported(filter?: { readonly since?: number }): Promise<readonly UnsupportedUse[]>;
  fail(rule: FaultRule): Promise<FaultSummary>;
  faults(): Promise<readonly FaultSummary[]>;
  removeFault(id: string): Promise<void>;
  requests(): Promise<readonly RecordedRequest[]>;
  /** The last thousand alerts, oldest first. */
  alerts(): Promise<readonly SandboxAlert[]>;
  /** Lists REST requests and webhooks, newest first. Without `limit`, at most 100. */
  exchanges(filter?: Omit<ExchangeFilter, 'refused' | 'since'>): Promise<readonly ExchangeReport[]>;
  /** Returns an exchange with its headers and bodies. @throws RelayPhoneError `usage` if it is not kept. */
  exchange(id: number): Promise<FullExchangeReport>;
  /** Sends a webhook again, as it was or edited; resolves when the app has answered or has failed to. */
  replay(id: number, edits?: ReplayEdits): Promise<ReplayResult>;
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
  async function call<T>(
    method: string,
    path: string,
    body?: unknown,
    timeoutMs = ANSWER_TIMEOUT_MS,
  ): Promise<T> {
    await verify();
    const target = { ...address, timeoutMs };
    return verifyAnswer<T>(method, path, await sendControlRequest(target, method, path, body));
  }
  const wait = <T>(path: string, options: WaitOptions & { readonly until?: string } = {}): Promise<T> => {
    const { timeout = DEFAULT_TIMEOUT_MS } = options;
    const query = formatQuery({ ...options, timeout });
    return call('GET', path + query, undefined, timeout + ANSWER_TIMEOUT_MS);
  };
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
    follow: async (traceId, onEvent, notices) => {
      await verify();
      return followEvents(address, { ...notices, traceId, since: 0 }, onEvent);
    },
    call: (from, to) => call('POST', `${phone(from)}/call`, { to }),
    calls: (number) => call('GET', `${phone(number)}/calls`),
    act: (number, callSid, act, content) => call('POST', `${phone(number)}/calls/${callSid}/${act}`, content),
    watch: async (onEvent, options) => {
      await verify();
      return followEvents(address, options, onEvent);
    },
    events: ({ kind, traceId, ...page } = {}) => {
      const kinds = typeof kind === 'string' ? kind : kind?.join(',');
      return call('GET', `/events.json${formatQuery({ kind: kinds, trace: traceId, ...page })}`);
    },
    traces: ({ limit, before, number, failed } = {}) =>
      call('GET', `/traces${formatQuery({ limit, before, number, failed: failed ? 'true' : undefined })}`),
    trace: (id, { wait } = {}) =>
      call(
        'GET',
        `/traces/${encodeURIComponent(id)}${formatQuery({ wait })}`,
        undefined,
        wait && wait + ANSWER_TIMEOUT_MS,
      ),
    nextText: (number, options) => wait(`${phone(number)}/next-text`, options),
    nextCall: (number, options) => wait(`${phone(number)}/next-call`, options),
    callWhen: (number, callSid, options) => wait(`${phone(number)}/calls/${callSid}`, options),
    nextHeard: (number, callSid, options) => wait(`${phone(number)}/calls/${callSid}/next-heard`, options),
    exposures: findExposures,
    whoSaw: findExposures,
    assertions: () => call('GET', '/assertions'),
    assertShownOnlyTo: (number, allowed) => call('PUT', assertion(number), { allowed }),
    removeAssertion: (number) => call('DELETE', assertion(number)),
    behave: (number, behaviour) => call('PUT', `${phone(number)}/behaviour`, behaviour),
    behaviour: (number) => call('GET', `${phone(number)}/behaviour`),
    label: (number, label) => call('PUT', `${phone(number)}/label`, { label }),
    compliance: (sender, compliance) => call('PUT', `/compliance/${encodeURIComponent(sender)}`, compliance),
    unregistered: () => call('GET', '/compliance'),
    number: (number, options = {}) => call('PUT', `/numbers/${encodeURIComponent(number)}`, options),
    numbers: () => call('GET', '/numbers'),
    optOuts: () => call('GET', '/opt-outs'),
    optOut: (optOut) => call('PUT', optOutPath(optOut)),
    optIn: (optOut) => call('DELETE', optOutPath(optOut)),
    allowedCountries: () => call('GET', '/countries'),
    allowCountry: (country) => call('PUT', `/countries/${encodeURIComponent(country)}`),
    refuseCountry: (country) => call('DELETE', `/countries/${encodeURIComponent(country)}`),
    state: () => call('GET', '/state'),
    unsupported: ({ since } = {}) => call('GET', `/unsupported${formatQuery({ since })}`),
    fail: (rule) => call('POST', '/faults', rule),
    faults: () => call('GET', '/faults'),
    removeFault: (id) => call('DELETE', `/faults/${encodeURIComponent(id)}`),
    requests: () => call('GET', '/requests'),
    alerts: () => call('GET', '/alerts'),
    exchanges: ({ failed, ...filter } = {}) =>
      call('GET', `/exchanges${formatQuery({ ...filter, failed: failed ? 'true' : undefined })}`),
    exchange: (id) => call('GET', `/exchanges/${id}`),
    replay: (id, edits = {}) => call('POST', `/exchanges/${id}/replay`, edits, WEBHOOK_TIMEOUT_MS),
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

function optOutPath({ sender, phone: number }: OptOut): string {
  return `/opt-outs/${encodeURIComponent(sender)}/${encodeURIComponent(number)}`;
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
  // A route that does not exist has no sentence.
  const kind = status === 404 && text.startsWith('{') ? 'usage' : REFUSALS[status];
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
