// Calls the numbers of a <Dial>, all at once or one after the other, and connects whoever answers first.
import { findPhoneNumber } from '../../platform/phone-number.js';
import type { Dial, DialledNumber } from '../../twiml/voice/verbs.js';
import type { CallStatus } from '../api/calls/store.js';
import { alertOf } from '../execution/alert.js';
import { type CallExecution, executeCall } from '../execution/execution.js';
import { waitForSignal } from '../execution/wait.js';
import { createLeg } from '../legs/create-leg.js';
import { createFarEnd } from '../legs/far-end.js';
import type { Leg } from '../legs/leg.js';
import type { Dialled } from './dial.js';

/** Connects two legs until one of them has had enough. */
export type Connect = (other: Leg) => Promise<void>;

interface Called {
  readonly leg: Leg;
  /** Aborts when somebody sends it elsewhere: it is ours no more. */
  readonly away: AbortSignal;
  readonly noun: DialledNumber;
}

/** @throws the run's signal's reason; by then nobody rings any more */
export async function callNumbers(
  run: CallExecution,
  verb: Dial,
  callerId: string,
  dialled: Dialled,
  connect: Connect,
): Promise<void> {
  const rounds = verb.sequential ? verb.numbers.map((noun) => [noun]) : [verb.numbers];
  for (const nouns of rounds) {
    const called = nouns.flatMap((noun) => place(run, verb, noun, callerId) ?? []);
    dialled.other = called.at(-1)?.leg ?? dialled.other;
    try {
      if (await connectFirst(run, called, dialled, connect)) return;
    } finally {
      for (const { leg, away } of called) if (!away.aborted) leg.hangUp();
      const statuses = called.map(({ leg }) => leg.call().status);
      if (!dialled.bridged && statuses.length > 0) dialled.status = summarise(statuses);
    }
  }
}

/** What is told of those whom nobody was connected to; who answered all the same was turned away by a whisper. */
function summarise(statuses: readonly CallStatus[]): Dialled['status'] {
  const known = ['no-answer', 'busy', 'failed', 'canceled'] as const;
  return known.find((status) => statuses.includes(status)) ?? 'no-answer';
}

function place(run: CallExecution, verb: Dial, noun: DialledNumber, callerId: string): Called | undefined {
  const { world, leg: parent } = run;
  const recipient = findPhoneNumber(noun.number)?.number;
  if (recipient === undefined) {
    alertOf(run, run.url, 13223, `Dial: Invalid phone number format: ${noun.number}`);
    return undefined;
  }
  const draft = {
    sender: callerId,
    recipient,
    direction: 'outbound-dial',
    parentSid: parent.sid,
    numberSid: world.numbers.findByNumber(callerId)?.sid ?? null,
  } as const;
  const reporting = noun.statusCallback && { ...noun.statusCallback, events: noun.statusCallbackEvents };
  const party = createFarEnd(world, draft);
  const leg = createLeg({ world, draft, party, thread: parent.thread(), reporting });
  world.switchboard.add(leg);
  leg.dial(verb.timeout * 1000);
  return { leg, noun, away: leg.away };
}

/** @returns whether anybody was connected */
async function connectFirst(
  run: CallExecution,
  called: readonly Called[],
  dialled: Dialled,
  connect: Connect,
): Promise<boolean> {
  let waiting = called;
  for (let one = await nextAnswer(run, waiting); one; one = await nextAnswer(run, waiting)) {
    const { leg } = one;
    dialled.other = leg;
    for (const other of waiting) if (other !== one) other.leg.hangUp();
    waiting = [];
    if (one.noun.sendDigits !== '') leg.play({ kind: 'keys', content: one.noun.sendDigits });
    if (await whisper(run, one)) {
      await connect(leg);
      return true;
    }
  }
  return false;
}

/** The first of them that is answered; undefined once all are over. */
function nextAnswer({ signal }: CallExecution, called: readonly Called[]): Promise<Called | undefined> {
  return waitForSignal<Called | undefined>(signal, (resolve) => {
    function look(): void {
      const answered = called.find(({ leg }) => leg.call().status === 'in-progress');
      if (answered || called.every(({ leg }) => leg.over.aborted)) resolve(answered);
    }
    const stops = called.map(({ leg }) => leg.watch(look));
    look();
    return () => {
      for (const stop of stops) stop();
    };
  });
}

/** Runs the document for whoever answered. @returns whether they are still there */
async function whisper(
  { world, signal, fallback }: CallExecution,
  { leg, noun, away }: Called,
): Promise<boolean> {
  if (!noun.whisper) return true;
  const isGone = () => leg.over.aborted || away.aborted;
  const whole = AbortSignal.any([signal, leg.over, away]);
  const journey = { world, leg, scope: 'whisper', signal: whole } as const;
  try {
    const end = await executeCall(journey, { ...noun.whisper, fallback });
    if (end === 'hang up') leg.hangUp();
  } catch (reason) {
    if (!isGone()) throw reason;
  }
  signal.throwIfAborted();
  return !isGone();
}
