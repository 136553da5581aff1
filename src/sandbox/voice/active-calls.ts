// The calls that go on: runs their TwiML, sends them elsewhere, and ends them with the sandbox.
import { setMaxListeners } from 'node:events';
import { SandboxStopped } from '../webhooks/dispatch.js';
import type { World } from '../world.js';
import { alertOf } from './execution/alert.js';
import type { DocumentSource } from './execution/document.js';
import { executeCall } from './execution/execution.js';
import { createSignal } from './execution/wait.js';
import { CallEnded, CallRedirected, type Leg } from './legs/leg.js';

/** How many calls may have one cause: a number that dials itself would go on for ever. */
const MOST_LEGS = 50;

/** What ends a journey from outside. */
const ENDS = [CallEnded, CallRedirected, SandboxStopped];

/** The calls that go on. */
export interface ActiveCalls {
  /** Takes a leg on, until it is over. */
  add(leg: Leg): void;
  find(sid: string): Leg | undefined;
  /** Runs TwiML on a leg, from a document on, and hangs up when there is no more to do. */
  conduct(world: World, leg: Leg, first: DocumentSource): void;
  /** Sends a leg to another document, out of all that it is in. */
  redirect(world: World, leg: Leg, source: DocumentSource): void;
  /** Whether anything of that trace goes on. */
  has(traceId: string): boolean;
  /** Whether one cause has led to more calls than any sense can be in. */
  isFlooded(traceId: string): boolean;
  /** Ends all calls, without telling anybody. */
  stop(): void;
}

/** Starts without calls. */
export function createActiveCalls(): ActiveCalls {
  const legs = new Map<string, Leg>();
  const journeys = new Map<string, AbortController>();
  const withTrace = (traceId: string) => [...legs.values()].filter((leg) => leg.thread().traceId === traceId);

  function conduct(world: World, leg: Leg, first: DocumentSource): void {
    const elsewhere = createSignal();
    journeys.set(leg.sid, elsewhere);
    const signal = AbortSignal.any([leg.over, elsewhere.signal]);
    setMaxListeners(0, signal);
    // A call that nobody has answered by then rang in vain.
    const journey = { world, leg, scope: 'call', signal } as const;
    executeCall(journey, first).then(
      () => leg.hangUp('no-answer'),
      (reason) => {
        if (ENDS.some((kind) => reason instanceof kind)) return;
        alertOf(journey, undefined, 12400, `Internal failure: ${reason}`);
        leg.hangUp();
      },
    );
  }

  return {
    add: (leg) => {
      legs.set(leg.sid, leg);
      leg.over.addEventListener('abort', () => {
        legs.delete(leg.sid);
        journeys.delete(leg.sid);
      });
    },
    find: (sid) => legs.get(sid),
    conduct,
    redirect: (world, leg, source) => {
      journeys.get(leg.sid)?.abort(new CallRedirected());
      leg.depart();
      conduct(world, leg, source);
    },
    has: (traceId) => withTrace(traceId).length > 0,
    isFlooded: (traceId) => withTrace(traceId).length >= MOST_LEGS,
    stop: () => {
      for (const leg of legs.values())
        leg.drop(new SandboxStopped('The sandbox was closed or reset during a call'));
    },
  };
}
