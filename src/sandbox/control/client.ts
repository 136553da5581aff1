// Drives a sandbox in another process over its control API.
import { type ErrorParts, RelayPhoneError } from '../../errors.js';
import type { Compliance } from '../accounts/compliance/store.js';
import type { SentText, TextOutcome } from '../messaging/text-gateway.js';
import type { Behaviour } from '../phones/behaviour.js';
import type { LoggedCall } from '../phones/calls/phone-call.js';
import type { NumberExposure } from '../phones/exposure/find-exposures.js';
import type { ReceivedText, TextAtPosition } from '../phones/inbox.js';
import type { PhoneSummary } from '../phones/phones.js';
import type { SandboxEvent } from '../platform/events/event.js';
import { DEFAULT_TIMEOUT_MS, type EventFilter } from '../platform/events/search.js';
import type { FaultRule } from '../server/faults.js';
import type { RecordedRequest } from '../server/request-log.js';
import type { AccountCredentials, ClockReading, ControlError, FaultSummary } from './app.js';
import type { CallAct, PlacedCall } from './phones.js';
import { verifySandbox } from './proof.js';
import type { SavedSnapshot } from './request-bodies.js';
import {
  type ControlAddress,
  type Following,
  followEvents,
  formatQuery,
  sendControlRequest,
} from './send.js';

/** Milliseconds to wait for what an app answers: as long as a few slow documents and their fallbacks may take. */
const WEBHOOK_PATIENCE = 120_000;

/** Milliseconds to wait for a whole world: one of 100,000 texts takes seconds. */
const WHOLE_PATIENCE = 60_000;

/** Milliseconds that the sandbox may answer later than it was told to wait. */
const SLACK = 2000;

/** A sandbox in another process. Every method throws RelayPhoneError: `network` without an answer, `usage` when refused. */
export interface ControlClient {
  account(): Promise<AccountCredentials>;
  phones(): Promise<readonly PhoneSummary[]>;
  texts(number: string): Promise<readonly ReceivedText[]>;
  /** Sends a text from a phone; resolves when the app's answer to it was carried out. */
  text(text: SentText): Promise<TextOutcome>;
  /** Calls `onEvent` for each event of a trace, and resolves when nothing of it is under way. */
  follow(traceId: string, onEvent: (event: SandboxEvent) => void): Promise<void>;
  /** Calls a number of the account from a phone. */
  call(from: string, to: string): Promise<PlacedCall>;
  /** A phone's call log, oldest first. */
  calls(number: string): Promise<readonly LoggedCall[]>;
  /** Does something in a call that a phone is in: `press` takes `{ keys }`, `say` takes `{ words }`. */
  act(number: string, callSid: string, act: CallAct, content?: object): Promise<void>;
  /** Calls `onEvent` for every event, and resolves when `signal` ends that. */
  watch(onEvent: (event: SandboxEvent) => void, following: Omit<Following, 'traceId'>): Promise<void>;
  /** The events that are kept and match, oldest first. */
  events(filter?: EventFilter): Promise<readonly SandboxEvent[]>;
  /**
   * The first text after the first `after` ones of a phone, waited for if need be; without `after` the next from now on.
   *
   * @throws RelayPhoneError `fault` when none comes within `timeout` milliseconds, by default 5000.
   */
  nextText(
    number: string,
    options?: { readonly after?: number; readonly timeout?: number },
  ): Promise<TextAtPosition>;
  whoSaw(number: string): Promise<readonly NumberExposure[]>;
  behave(number: string, behaviour: Behaviour): Promise<void>;
  compliance(sender: string, compliance: Compliance): Promise<void>;
  fail(rule: FaultRule): Promise<FaultSummary>;
  faults(): Promise<readonly FaultSummary[]>;
  removeFault(id: string): Promise<void>;
  requests(): Promise<readonly RecordedRequest[]>;
  clock(): Promise<ClockReading>;
  /** Advances a manual clock, and resolves when all that fell due meanwhile has happened. */
  advance(time: number | string): Promise<ClockReading>;
  snapshot(): Promise<string>;
  restore(snapshot: string): Promise<void>;
  reset(): Promise<void>;
}

/**
 * Makes a client. Before its first request it checks, as {@link verifySandbox} does, whom it is talking to:
 * whoever took the port over since is never shown the token.
 */
export function createControlClient(address: ControlAddress): ControlClient {
  let verified: Promise<void> | undefined;
  async function verify(): Promise<void> {
    verified ??= verifySandbox(address.origin, address.controlToken);
    await verified;
  }
  async function call<T>(method: string, path: string, body?: unknown, patience?: number): Promise<T> {
    await verify();
    const target = patience === undefined ? address : { ...address, patience };
    return verifyAnswer<T>(method, path, await sendControlRequest(target, method, path, body));
  }
  return {
    account: () => call('GET', '/account'),
    phones: () => call('GET', '/phones'),
    texts: (number) => call('GET', `${phone(number)}/texts`),
    text: ({ from, ...text }) => call('POST', `${phone(from)}/text`, text, WEBHOOK_PATIENCE),
    follow: async (traceId, onEvent) => {
      await verify();
      return followEvents(address, { traceId, since: 0 }, onEvent);
    },
    call: (from, to) => call('POST', `${phone(from)}/call`, { to }),
    calls: (number) => call('GET', `${phone(number)}/calls`),
    act: (number, callSid, act, content) => call('POST', `${phone(number)}/calls/${callSid}/${act}`, content),
    watch: async (onEvent, following) => {
      await verify();
      return followEvents(address, following, onEvent);
    },
    events: ({ kind, traceId, since } = {}) =>
      call('GET', `/events.json${formatQuery({ kind, trace: traceId, since })}`),
    nextText: (number, { after, timeout = DEFAULT_TIMEOUT_MS } = {}) =>
      call('GET', `${phone(number)}/next-text${formatQuery({ after, timeout })}`, undefined, timeout + SLACK),
    whoSaw: (number) => call('GET', `/who-saw/${encodeURIComponent(number)}`),
    behave: (number, behaviour) => call('PUT', `${phone(number)}/behaviour`, behaviour),
    compliance: (sender, compliance) => call('PUT', `/compliance/${encodeURIComponent(sender)}`, compliance),
    fail: (rule) => call('POST', '/faults', rule),
    faults: () => call('GET', '/faults'),
    removeFault: (id) => call('DELETE', `/faults/${encodeURIComponent(id)}`),
    requests: () => call('GET', '/requests'),
    clock: () => call('GET', '/clock'),
    advance: (time) => call('POST', '/clock', { advance: time }, WEBHOOK_PATIENCE),
    snapshot: async () => (await call<SavedSnapshot>('GET', '/snapshot', undefined, WHOLE_PATIENCE)).snapshot,
    restore: (snapshot) => call('POST', '/restore', { snapshot }, WHOLE_PATIENCE),
    reset: () => call('POST', '/reset'),
  };
}

function phone(number: string): string {
  return `/phones/${encodeURIComponent(number)}`;
}

function verifyAnswer<T>(
  method: string,
  path: string,
  { status, text }: { status: number; text: string },
): T {
  if (status < 300) return (text === '' ? undefined : JSON.parse(text)) as T;
  const refusal = status === 400 || status === 504 ? readRefusal(text) : undefined;
  const unexpected = {
    task: `ask the sandbox for ${method} ${path}`,
    reason: `it answered ${status}: ${text}`,
  };
  throw new RelayPhoneError({ kind: status === 504 ? 'fault' : 'usage', ...(refusal ?? unexpected) });
}

function readRefusal(text: string): Pick<ErrorParts, 'task' | 'reason' | 'tryNext'> {
  const { error: reason, task, tryNext } = JSON.parse(text) as ControlError;
  return { task, reason, tryNext };
}
