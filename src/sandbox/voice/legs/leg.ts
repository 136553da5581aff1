// A leg of a call: it rings, is answered, carries sounds both ways, and ends.
import type { AccountStore } from '../../accounts/account/store.js';
import type { TraceContext } from '../../platform/events/stream.js';
import { createSignal, createTimers, STEP_MS, waitForSignal } from '../../platform/timers.js';
import type { CallDraft } from '../api/calls/store.js';
import type { AwaitedInput, FinalStatus, RemoteParty, Sound } from '../call-gateway.js';
import {
  type CallStatusCallback,
  type CallStatusCallbacks,
  createCallStatusCallbacks,
} from '../status-callbacks.js';
import {
  type CallRecord,
  type CallRecordDeps,
  openCallRecord,
  type WritableCallRecord,
} from './call-record.js';

/** The reason of a leg's `ended` signal: the call is over. */
export class CallEnded extends Error {
  override readonly name = 'CallEnded';
}

/** The reason of a leg's `detached` signal: the REST API gave the call another document. */
export class CallRedirected extends Error {
  override readonly name = 'CallRedirected';
}

/** One leg of a call, between the account and a remote party. */
export interface Leg extends CallRecord {
  /** Aborts with CallEnded when the leg has ended, with SandboxStopped when the sandbox stops. */
  readonly ended: AbortSignal;
  /** Aborts with CallRedirected when the leg is detached. Read it again afterwards: it is a new signal then. */
  readonly detached: AbortSignal;
  /** Disconnects the leg from its bridge, queue or whisper, without ending it. */
  detach(): void;
  /** Calls the remote party after `delayMs`, and gives up `timeoutMs` later. */
  dial(timeoutMs: number, delayMs?: number): void;
  answer(): void;
  /** Ends the leg `durationMs` after it was answered. Replaces an earlier limit. */
  limit(durationMs: number): void;
  /** Ends the leg: as `completed` if it was answered, else as `unanswered` (default `canceled`). */
  hangUp(unanswered?: FinalStatus): void;
  /** Ends the leg without a status callback, because the sandbox stops. */
  drop(reason: unknown): void;
  /** Calls `listener` when the leg is answered, and when it has ended. @returns the function that stops this */
  onProgress(listener: () => void): () => void;
  /**
   * Waits until the app has the status callbacks from before the answer, but no longer than two seconds. Seconds of
   * ringing lie between them and the first document at Twilio; here the order is kept without the seconds.
   *
   * @throws the signal's reason.
   */
  untilRingingReported(signal: AbortSignal): Promise<void>;
  /** Plays a sound to the remote party. */
  play(sound: Sound): void;
  /** Listens to the remote party. The latest listener comes first. @returns the function that stops this */
  listen(listener: SoundListener): () => void;
  /** Reports that the app waits for input of the remote party. @returns the function that reports the end of the wait */
  awaitInput(input: AwaitedInput): () => void;
  /** Replaces the status callback of the call. */
  setStatusCallback(callback: CallStatusCallback): void;
}

/** Takes a sound. Returns false for a sound that it does not want. */
export type SoundListener = (sound: Sound) => boolean;

/** What a new leg needs. */
export interface LegParts {
  readonly draft: CallDraft;
  readonly party: RemoteParty;
  readonly trace: TraceContext;
  readonly statusCallback: CallStatusCallback | undefined;
}

/** Opens a leg to the recipient of a call, which is not called before `dial`. */
export type OpenOutboundLeg = (
  draft: CallDraft,
  trace: TraceContext,
  statusCallback: CallStatusCallback | undefined,
) => Leg;

/** What legs need. */
export interface LegDeps extends CallRecordDeps {
  readonly accounts: CallRecordDeps['accounts'] & Pick<AccountStore, 'fixed'>;
}

/** Creates a leg and its row. An inbound leg is ringing, an outbound leg waits for `dial`. */
export function createLeg(deps: LegDeps, { draft, party, trace, statusCallback }: LegParts): Leg {
  const record = openCallRecord(deps, draft, trace);
  const statusCallbacks = createCallStatusCallbacks(record, deps.clock, statusCallback);
  const { ringing, hangUp, ...state } = createCallState(deps, record, party, statusCallbacks);
  const { ended, answer } = state;
  const input = createInputBuffer();
  let detached = createSignal();
  const { sid, emit } = record;
  party.attach({
    sid,
    trace: record.trace,
    emit,
    ringing,
    answer,
    decline: hangUp,
    send: input.receive,
    hangUp: () => hangUp('no-answer'),
  });
  return {
    ...record,
    ...state,
    get detached() {
      return detached.signal;
    },
    detach: () => {
      const left = detached;
      detached = createSignal();
      left.abort(new CallRedirected());
    },
    hangUp: (unanswered = 'canceled') => hangUp(unanswered),
    play: (sound) => {
      if (!ended.aborted) party.hear(sound);
    },
    listen: input.listen,
    awaitInput: (awaited) => {
      emit({ kind: 'gather.waiting', sid, ...awaited });
      party.expectInput(awaited);
      return () => party.expectInput(null);
    },
    setStatusCallback: statusCallbacks.replace,
  };
}

/** The SIP codes in status callbacks, by how the call ended. */
const SIP_CODES: Readonly<Record<FinalStatus, number>> = {
  completed: 200,
  busy: 486,
  failed: 404,
  'no-answer': 487,
  canceled: 487,
};

/** The longest call: four hours, and ten minutes with a trial account. */
const [MAX_DURATION_MS, MAX_TRIAL_DURATION_MS] = [14_400_000, 600_000];

const MAX_REPORT_MS = 2000;

/** The progress of a leg: queued, ringing, in progress, ended. It ends once. */
interface CallState
  extends Pick<Leg, 'ended' | 'dial' | 'answer' | 'limit' | 'drop' | 'onProgress' | 'untilRingingReported'> {
  ringing(): void;
  hangUp(unanswered: FinalStatus, sipCode?: number): void;
}

function createCallState(
  { accounts, clock }: LegDeps,
  record: WritableCallRecord,
  party: RemoteParty,
  statusCallbacks: CallStatusCallbacks,
): CallState {
  const { now } = clock;
  const ended = createSignal();
  const timers = createTimers(clock);
  const listeners = new Set<() => void>();
  let maxDurationMs = MAX_DURATION_MS;
  let cancelLimit = () => {};
  let ringingReported: Promise<void> = Promise.resolve();

  function reportProgress(): void {
    for (const listener of [...listeners]) listener();
  }

  function dial(timeoutMs: number, delayMs = STEP_MS): void {
    timers.after(delayMs, () => {
      record.update({ startedAt: now() });
      statusCallbacks.send('initiated');
      timers.after(timeoutMs, () => record.call().answeredAt ?? finish('no-answer'));
      party.ring();
    });
  }

  function ringing(): void {
    if (ended.signal.aborted) return;
    record.update({ status: 'ringing' });
    statusCallbacks.send('ringing');
  }

  function answer(): void {
    if (ended.signal.aborted || record.call().answeredAt !== null) return;
    record.update({ status: 'in-progress', answeredAt: now() });
    if (record.call().direction === 'inbound') party.callAnswered();
    ringingReported = statusCallbacks.settled();
    statusCallbacks.send('answered');
    limit(maxDurationMs);
    reportProgress();
  }

  function limit(durationMs: number): void {
    maxDurationMs = durationMs;
    cancelLimit();
    const { answeredAt } = record.call();
    if (answeredAt === null) return;
    const isCut = accounts.fixed.type === 'Trial' && durationMs > MAX_TRIAL_DURATION_MS;
    const endsAt = answeredAt + (isCut ? MAX_TRIAL_DURATION_MS : durationMs);
    cancelLimit = timers.after(Math.max(0, endsAt - now()), () => {
      if (isCut) record.alert(13805, 'The call reached the ten minutes of a trial account');
      finish('completed');
    });
  }

  function finish(status: FinalStatus, sipCode = SIP_CODES[status]): void {
    if (ended.signal.aborted) return;
    end(status, new CallEnded(status));
    // A call that never left the queue has no status callback.
    if (record.call().startedAt !== null) statusCallbacks.send('completed', sipCode);
  }

  function end(status: FinalStatus, reason: unknown): void {
    timers.end();
    record.close(status);
    ended.abort(reason);
    party.callEnded(status);
    reportProgress();
  }

  return {
    ended: ended.signal,
    dial,
    ringing,
    answer,
    limit,
    hangUp: (unanswered, sipCode) =>
      record.call().answeredAt === null ? finish(unanswered, sipCode) : finish('completed'),
    drop: (reason) => {
      if (!ended.signal.aborted) end(record.call().answeredAt === null ? 'failed' : 'completed', reason);
    },
    untilRingingReported: (signal) =>
      waitForSignal<void>(signal, (resolve) => {
        void ringingReported.then(resolve);
        return clock.after(MAX_REPORT_MS, resolve);
      }),
    onProgress: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/**
 * Passes sounds to the latest listener. Keys and words that it does not want wait for the next listener, as a person
 * waits to be asked.
 */
function createInputBuffer() {
  const listeners: SoundListener[] = [];
  let unheard: readonly Sound[] = [];

  function receive(sound: Sound): void {
    if (!listeners.at(-1)?.(sound)) unheard = [...unheard, sound];
  }

  function listen(listener: SoundListener): () => void {
    listeners.push(listener);
    const waiting = unheard;
    unheard = [];
    for (const sound of waiting) receive(sound);
    return () => {
      const index = listeners.lastIndexOf(listener);
      if (index !== -1) listeners.splice(index, 1);
    };
  }

  return { receive, listen };
}
