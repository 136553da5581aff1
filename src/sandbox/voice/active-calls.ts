// The legs that have not ended: runs TwiML on them, redirects them, and ends them with the sandbox.
import { setMaxListeners } from 'node:events';
import type { OpenTraces } from '../platform/events/open-traces.js';
import type { TraceContext } from '../platform/events/stream.js';
import { createSignal } from '../platform/timers.js';
import { SandboxStopped } from '../webhooks/dispatch.js';
import type { DocumentSource, RunDocuments } from './execution/execution.js';
import { CallEnded, CallRedirected, createLeg, type Leg, type LegDeps, type LegParts } from './legs/leg.js';

/** The maximum number of legs in one trace: a number that dials itself would never stop. */
const MAX_LEGS_PER_TRACE = 50;

/** The reasons for which the execution of a call may be aborted. */
const EXPECTED_ENDS = [CallEnded, CallRedirected, SandboxStopped];

/** The legs that have not ended. */
export interface ActiveCalls {
  /** Creates a leg and keeps it until it has ended. */
  open(parts: LegParts): Leg;
  /** Finds a leg by its SID. Undefined once it has ended. */
  findLeg(sid: string): Leg | undefined;
  /** Runs TwiML on a leg, and hangs up after the last verb. @param prelude what is done with the leg before */
  run(leg: Leg, first: DocumentSource, prelude?: (signal: AbortSignal) => Promise<void>): void;
  /** Aborts what a leg executes, and runs another document on it. */
  redirect(leg: Leg, source: DocumentSource, cause: TraceContext): void;
  /** Returns true if one act has led to so many legs that it must be a loop. */
  isLoop(traceId: string): boolean;
  /** Ends all legs, without status callbacks. */
  stop(): void;
}

/** What active calls need. */
export interface ActiveCallsDeps extends LegDeps {
  readonly traces: OpenTraces;
}

/** Creates an empty set of active calls. */
export function createActiveCalls(deps: ActiveCallsDeps, runDocuments: RunDocuments): ActiveCalls {
  const legs = new Map<string, Leg>();
  /** By SID: aborts what the leg executes now. */
  const redirects = new Map<string, AbortController>();

  function open(parts: LegParts): Leg {
    const leg = createLeg(deps, parts);
    legs.set(leg.sid, leg);
    const { traceId } = leg.trace();
    deps.traces.add(traceId);
    leg.ended.addEventListener('abort', () => {
      deps.traces.remove(traceId);
      legs.delete(leg.sid);
      redirects.delete(leg.sid);
    });
    return leg;
  }

  function run(leg: Leg, first: DocumentSource, prelude?: (signal: AbortSignal) => Promise<void>): void {
    const redirect = createSignal();
    redirects.set(leg.sid, redirect);
    const signal = AbortSignal.any([leg.ended, redirect.signal]);
    setMaxListeners(0, signal);
    const start = () => runDocuments({ leg, scope: 'call', signal }, first);
    const running = prelude ? prelude(signal).then(start) : start();
    running.then(
      () => leg.hangUp('no-answer'),
      (reason) => {
        if (EXPECTED_ENDS.some((kind) => reason instanceof kind)) return;
        leg.alert(12400, `Internal failure: ${reason}`);
        leg.hangUp();
      },
    );
  }

  const countLegs = (traceId: string) =>
    [...legs.values()].filter((leg) => leg.trace().traceId === traceId).length;

  return {
    open,
    findLeg: (sid) => legs.get(sid),
    run,
    redirect: (leg, source, cause) => {
      leg.causedBy(cause);
      redirects.get(leg.sid)?.abort(new CallRedirected());
      leg.detach();
      run(leg, source);
    },
    isLoop: (traceId) => countLegs(traceId) >= MAX_LEGS_PER_TRACE,
    stop: () => {
      for (const leg of legs.values()) {
        leg.drop(new SandboxStopped('The sandbox was closed or reset during a call'));
      }
    },
  };
}
