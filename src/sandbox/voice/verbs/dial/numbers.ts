// <Dial><Number>: calls the numbers, all at once or one after the other, and connects the first that answers.
import type { GeoPermissions } from '../../../accounts/geo-permissions/store.js';
import type { NumberStore } from '../../../numbers/incoming-phone-numbers/store.js';
import type { CallerIdStore } from '../../../numbers/outgoing-caller-ids/store.js';
import type { Clock } from '../../../platform/clock.js';
import { findPhoneNumber, isSipAddress } from '../../../platform/phone-number.js';
import { waitForSignal } from '../../../platform/timers.js';
import type { Dial, DialledNumber } from '../../../twiml/voice/dial.js';
import type { CallStatus } from '../../api/calls/store.js';
import type { CallExecution } from '../../execution/execution.js';
import type { Leg, OpenOutboundLeg } from '../../legs/leg.js';
import { playKeys } from '../keys.js';

/** The result of a `<Dial>`, updated while it runs. */
export interface DialResult {
  status: 'completed' | 'busy' | 'no-answer' | 'failed' | 'canceled';
  /** The leg that answered, else the one that was called last. */
  other: Leg | undefined;
  /** True once the two legs were connected. */
  bridged: boolean;
}

/** Connects the caller to another leg until one of them leaves. */
export type Connect = (other: Leg) => Promise<void>;

/** What happens during a `<Dial><Number>`. */
export interface DialSteps {
  /** Called whenever numbers begin to be called. */
  readonly calling: () => void;
  readonly connect: Connect;
}

/** What `<Dial><Number>` needs. */
export interface DialNumbersDeps {
  readonly numbers: Pick<NumberStore, 'owned' | 'findByNumber'>;
  readonly callerIds: Pick<CallerIdStore, 'isVerified'>;
  readonly geoPermissions: Pick<GeoPermissions, 'isAllowed'>;
  readonly openOutboundLeg: OpenOutboundLeg;
  readonly clock: Clock;
}

interface CalledNumber {
  readonly noun: DialledNumber;
  readonly leg: Leg;
  /** Aborts when the REST API redirects the leg, which then no longer belongs to this `<Dial>`. */
  readonly detached: AbortSignal;
}

/**
 * Calls the numbers, and stays until the first that answers has left. When it returns or throws, none of them rings.
 *
 * @throws the execution signal's reason.
 */
export async function dialNumbers(
  execution: CallExecution,
  verb: Dial,
  result: DialResult,
  { calling, connect }: DialSteps,
  deps: DialNumbersDeps,
): Promise<void> {
  const callerId = findCallerId(execution, verb, deps);
  if (callerId === undefined) return;
  const rounds = verb.sequential ? verb.numbers.map((noun) => [noun]) : [verb.numbers];
  for (const nouns of rounds) {
    const called = nouns.flatMap((noun) => callNumber(execution, verb, noun, callerId, deps) ?? []);
    result.other = called.at(-1)?.leg ?? result.other;
    if (called.length > 0) calling();
    try {
      if (await connectFirst(execution, called, result, connect, deps.clock)) return;
    } finally {
      for (const { leg, detached } of called) if (!detached.aborted) leg.hangUp();
      const statuses = called.map(({ leg }) => leg.call().status);
      if (!result.bridged && statuses.length > 0) result.status = summarizeStatuses(statuses);
    }
  }
}

/**
 * Returns the caller id of a `<Dial>`: by default the caller's number. It may also be the number that was called, one
 * that the account owns, or a verified one; see https://www.twilio.com/docs/voice/twiml/dial#callerid. In a call that
 * the account placed, the default is the `From` of that call; Twilio does not document it. A SIP address cannot
 * be the caller id of a `<Number>`, so the `<Dial>` of a SIP caller needs another one.
 *
 * @returns undefined, after an alert, for any other caller id: the call is then not placed.
 */
function findCallerId(
  { leg, url }: CallExecution,
  { callerId }: Dial,
  { numbers, callerIds }: DialNumbersDeps,
): string | undefined {
  const { sender, recipient } = leg.call();
  const shown = callerId ?? sender;
  // The caller may be a word such as `anonymous`, or a number that cannot exist: the called phone is shown it too.
  if (shown === sender && !isSipAddress(sender)) return sender;
  const number = findPhoneNumber(shown)?.number;
  if (number === undefined && shown !== sender) {
    leg.alert(13247, `Dial: Invalid From number (caller ID): ${shown}`, { url });
    return undefined;
  }
  if (
    number !== undefined &&
    ([sender, recipient].includes(number) || numbers.owned().has(number) || callerIds.isVerified(number))
  ) {
    return number;
  }
  leg.alert(13214, `Dial: Invalid callerId value: ${number ?? shown}`, { url, logLevel: 'warning' });
  return undefined;
}

function callNumber(
  { leg: parent, url }: CallExecution,
  verb: Dial,
  noun: DialledNumber,
  callerId: string,
  { numbers, geoPermissions, openOutboundLeg }: DialNumbersDeps,
): CalledNumber | undefined {
  const dialled = findPhoneNumber(noun.number);
  if (!dialled) {
    parent.alert(13223, `Dial: Invalid phone number format: ${noun.number}`, { url });
    return undefined;
  }
  const { number: recipient } = dialled;
  if (!geoPermissions.isAllowed(dialled)) {
    parent.alert(13227, `Dial: Account not authorized to call ${recipient}`, { url, logLevel: 'warning' });
    return undefined;
  }
  const draft = {
    sender: callerId,
    recipient,
    direction: 'outbound-dial',
    parentSid: parent.sid,
    numberSid: numbers.findByNumber(callerId)?.sid ?? null,
  } as const;
  const statusCallback = noun.statusCallback && {
    ...noun.statusCallback,
    events: noun.statusCallbackEvents,
  };
  const leg = openOutboundLeg(draft, parent.trace(), statusCallback);
  leg.dial(verb.timeout * 1000);
  return { noun, leg, detached: leg.detached };
}

/** The `DialCallStatus` if nobody was connected. A leg that was answered, and ended in its whisper, does not count. */
function summarizeStatuses(statuses: readonly CallStatus[]): DialResult['status'] {
  const byPriority = ['no-answer', 'busy', 'failed', 'canceled'] as const;
  return byPriority.find((status) => statuses.includes(status)) ?? 'no-answer';
}

/** Connects the first that answers and stays through its whisper. @returns true if one was connected */
async function connectFirst(
  execution: CallExecution,
  called: readonly CalledNumber[],
  result: DialResult,
  connect: Connect,
  clock: Clock,
): Promise<boolean> {
  const answered = await waitForAnswer(execution, called);
  if (!answered) return false;
  const { leg } = answered;
  result.other = leg;
  for (const other of called) if (other !== answered) other.leg.hangUp();
  if (!(await sendDigits(execution, answered, clock))) return false;
  if (!(await whisper(execution, answered))) return false;
  await connect(leg);
  return true;
}

/** Returns the first that is answered, undefined once all have ended. */
function waitForAnswer(
  { signal }: CallExecution,
  called: readonly CalledNumber[],
): Promise<CalledNumber | undefined> {
  return waitForSignal<CalledNumber | undefined>(signal, (resolve) => {
    function look(): void {
      const answered = called.find(({ leg }) => leg.call().status === 'in-progress');
      if (answered || called.every(({ leg }) => leg.ended.aborted)) resolve(answered);
    }
    const stops = called.map(({ leg }) => leg.onProgress(look));
    look();
    return () => {
      for (const stop of stops) stop();
    };
  });
}

/**
 * Plays the `sendDigits` of a `<Number>` to the party that answered, once the app knows that it rang.
 *
 * @returns true if they are still on the line
 */
function sendDigits(execution: CallExecution, called: CalledNumber, clock: Clock): Promise<boolean> {
  const { noun, leg } = called;
  return whileOnLine(execution, called, async (signal) => {
    await leg.untilRingingReported(signal);
    await playKeys({ leg, signal }, noun.sendDigits, { clock });
  });
}

/** Runs the document of a `<Number url>` for the party that answered. @returns true if they are still on the line */
async function whisper(execution: CallExecution, called: CalledNumber): Promise<boolean> {
  const { fallback, runDocuments } = execution;
  const { noun, leg } = called;
  const source = noun.whisper && { ...noun.whisper, fallback };
  if (!source) return true;
  return whileOnLine(execution, called, async (signal) => {
    const end = await runDocuments({ leg, scope: 'whisper', signal }, source);
    if (end === 'hang up') leg.hangUp();
  });
}

/**
 * Does something with the party that answered, until they leave.
 *
 * @returns true if they are still on the line
 * @throws the execution signal's reason.
 */
async function whileOnLine(
  { signal }: CallExecution,
  { leg, detached }: CalledNumber,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<boolean> {
  const isGone = () => leg.ended.aborted || detached.aborted;
  try {
    await work(AbortSignal.any([signal, leg.ended, detached]));
  } catch (reason) {
    if (!isGone()) throw reason;
  }
  signal.throwIfAborted();
  return !isGone();
}
