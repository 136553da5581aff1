// What a phone knows and shows: reads the events of the sandbox, keeps the calls it is in, and describes what concerns it.
import { readLines } from '../../../control-characters.js';
import { UNDELIVERED_ERRORS } from '../../../sandbox/messaging/text-gateway.js';
import type { LoggedCall } from '../../../sandbox/phones/calls/call-log.js';
import type { SandboxEvent } from '../../../sandbox/platform/events/event.js';

/** A line that the phone shows, and how the screen marks it. */
export interface Notice {
  readonly mark: 'line' | 'title' | 'detail' | 'warn' | 'fault';
  readonly text: string;
}

/** A call that the phone is in. */
export interface ViewedCall {
  readonly sid: string;
  readonly traceId: string | undefined;
  /** The other number, as the phone shows it. */
  readonly other: string;
  readonly direction: LoggedCall['direction'];
  readonly state: 'calling' | 'ringing' | 'talking';
  /** ISO 8601; undefined before. */
  readonly answeredAt?: string;
  /** True once this phone hung up or declined. */
  readonly isEndedHere?: true;
}

/** The view of one phone on the sandbox. */
export interface PhoneView {
  /** Takes an event. @returns what the phone shows; undefined if the event does not concern it */
  see(event: SandboxEvent): Notice[] | undefined;
  /** Takes a call that the phone placed or was in already. */
  add(call: ViewedCall): void;
  /** The calls it is in now, oldest first. */
  calls(): readonly ViewedCall[];
  /** How many texts have reached it since the start. */
  textCount(): number;
  /** Who texted it last. */
  lastSender(): string | undefined;
  /** The id of the last event. */
  lastEventId(): number;
  /** True if nothing of a call's trace is in progress but the conversation: no webhook, no ringing leg. */
  isSettled(call: ViewedCall): boolean;
  /** When the last event of a trace came, as `now` says. */
  lastActivity(traceId: string | undefined): number;
  /** Forgets the calls: the sandbox was reset, or is gone. */
  forgetCalls(): void;
}

/** What the view of a phone depends on. */
export interface PhoneViewOptions {
  /** E.164, or a short code. */
  readonly number: string;
  readonly now: () => number;
  /** True if the phone is switched off. */
  readonly isOff: () => boolean;
}

/** Creates the view of a phone that has seen nothing yet. */
export function createPhoneView({ number, now, isOff }: PhoneViewOptions): PhoneView {
  const calls = new Map<string, ViewedCall>();
  /** Who calls or is called, by the SID of a leg of this phone. */
  const others = new Map<string, string>();
  /** The senders of texts that are on their way to this phone, by SID. */
  const underway = new Map<string, string>();
  /** When the last event of each call's trace came. */
  const activity = new Map<string, number>();
  /** The SIDs of legs that have ended, newest last: the phone may hear of a call's end before it knows the call. */
  const ended: string[] = [];
  const webhooks = new Map<number, string>();
  const ringing = new Map<string, string>();
  let [textCount, lastEventId] = [0, 0];
  let lastSender: string | undefined;

  function add(call: ViewedCall): void {
    if (ended.includes(call.sid)) return;
    calls.set(call.sid, { ...call, ...calls.get(call.sid) });
    if (call.traceId !== undefined) activity.set(call.traceId, now());
  }

  function update(sid: string, changes: Partial<ViewedCall>): void {
    const call = calls.get(sid);
    if (call) calls.set(sid, { ...call, ...changes });
  }

  /** Keeps what is in progress in every trace: an effect may begin before the phone knows that it is concerned. */
  function track(event: SandboxEvent): void {
    lastEventId = event.id;
    if (activity.has(event.traceId)) activity.set(event.traceId, now());
    if (event.kind === 'webhook.began') webhooks.set(event.id, event.traceId);
    if (event.kind === 'webhook.sent' && event.cause !== null) webhooks.delete(event.cause);
    if (event.kind === 'call.status') {
      if (event.status === 'ringing') ringing.set(event.sid, event.traceId);
      else ringing.delete(event.sid);
    }
    if (event.kind === 'sandbox.reset' || event.kind === 'sandbox.restored') forgetCalls();
  }

  function forgetCalls(): void {
    for (const map of [calls, others, underway, webhooks, ringing, activity]) map.clear();
  }

  function see(event: SandboxEvent): Notice[] | undefined {
    track(event);
    const time = event.at.slice(11, 19);
    switch (event.kind) {
      case 'text.queued':
        if (event.to === number) underway.set(event.sid, event.from);
        return undefined;
      case 'text.status':
        return seeStatus(event, time);
      case 'text.reached-phone':
        if (event.to !== number) return undefined;
        textCount += 1;
        lastSender = event.from;
        return formatText(`${time}  ${event.from}: `, event.body);
      case 'phone.texts':
        if (event.from !== number) return undefined;
        return formatText(`${time}  to ${event.to}: `, event.body);
      case 'opt-out':
        return event.phone === number ? describeOptOut(event) : undefined;
      case 'exposure':
        if (event.phone !== number || event.assertionId === null) return undefined;
        return [fault(`this phone was shown ${event.written}, which must not happen`)];
      case 'call.started':
        if (event.to === number) others.set(event.sid, event.from);
        // The number of the phone may be withheld.
        if (event.direction === 'inbound' && (event.from === number || calls.has(event.sid))) {
          const { sid, traceId, to: other } = event;
          add({ sid, traceId, other, direction: 'outgoing', state: 'calling' });
          return [line(`${time}  calling ${other}`)];
        }
        return undefined;
      case 'call.status':
        return isFinal(event.status) ? seeEnd(event, time) : undefined;
      case 'gather.waiting':
        if (!calls.has(event.sid)) return undefined;
        return [{ mark: 'detail', text: `the app waits for ${describeInput(event.input)}` }];
      case 'phone.call':
        return event.phone === number ? seeAct(event, time) : undefined;
      case 'sandbox.reset':
        return [{ mark: 'warn', text: 'the sandbox was reset: everything before is gone' }];
      case 'sandbox.restored':
        return [{ mark: 'warn', text: 'the sandbox went back to a snapshot' }];
      default:
        return undefined;
    }
  }

  function seeStatus(
    { sid, status, errorCode }: SandboxEvent & { kind: 'text.status' },
    time: string,
  ): Notice[] | undefined {
    const from = underway.get(sid);
    if (from === undefined || !TEXT_ENDS.includes(status)) return undefined;
    underway.delete(sid);
    if (status === 'delivered') return undefined;
    const reason =
      errorCode === null ? '' : ` (${[errorCode, UNDELIVERED_ERRORS[errorCode]].join(' ').trim()})`;
    return [warn(`${time}  a text from ${from} did not reach this phone: ${status}${reason}`)];
  }

  function seeAct(
    { sid, traceId, act, detail, at }: SandboxEvent & { kind: 'phone.call' },
    time: string,
  ): Notice[] {
    const other = calls.get(sid)?.other ?? detail ?? others.get(sid) ?? 'somebody';
    switch (act) {
      case 'rings':
        add({ sid, traceId, other, direction: 'incoming', state: 'ringing' });
        if (isOff()) return [warn(`${time}  ${other} calls, but the phone is off`)];
        return [{ mark: 'title', text: `${time}  ${other} is calling: /answer or /decline` }];
      case 'is busy':
        return [warn(`${time}  ${others.get(sid) ?? other} called, but the phone is busy`)];
      case 'answers':
      case 'is answered':
        update(sid, { state: 'talking', answeredAt: at });
        return [line(`${time}  ${act === 'answers' ? 'answered' : `${other} answered`}`)];
      case 'rejects':
      case 'hangs up':
        update(sid, { isEndedHere: true });
        return [];
      case 'hears':
        return formatText(`${time}  heard: `, detail ?? '');
      case 'presses':
        return [line(`${time}  pressed ${detail}`)];
      case 'says':
        return formatText(`${time}  said: `, detail ?? '');
      case 'calls':
      case 'is hung up on':
        return [];
    }
  }

  function seeEnd(
    { sid, status, at }: SandboxEvent & { kind: 'call.status' },
    time: string,
  ): Notice[] | undefined {
    const call = calls.get(sid);
    calls.delete(sid);
    others.delete(sid);
    activity.delete(call?.traceId ?? '');
    ended.push(sid);
    if (ended.length > MAX_ENDED) ended.shift();
    return call && [line(`${time}  ${describeEnd(call, status, at)}`)];
  }

  return {
    see,
    add,
    calls: () => [...calls.values()],
    textCount: () => textCount,
    lastSender: () => lastSender,
    lastEventId: () => lastEventId,
    isSettled: ({ sid, traceId }) =>
      ![...webhooks.values()].includes(traceId ?? '') &&
      ![...ringing].some(([leg, trace]) => trace === traceId && leg !== sid),
    lastActivity: (traceId) => activity.get(traceId ?? '') ?? 0,
    forgetCalls,
  };
}

const MAX_ENDED = 100;

const TEXT_ENDS: readonly string[] = ['delivered', 'undelivered', 'failed'];

const CALL_ENDS: readonly string[] = ['completed', 'busy', 'failed', 'no-answer', 'canceled'];

function isFinal(status: string): boolean {
  return CALL_ENDS.includes(status);
}

/** A body of several lines is a block behind a mark, so that none of its lines looks like one of ours. */
function formatText(start: string, body: string): Notice[] {
  const [first = '', ...others] = readLines(body);
  return [line(`${start}${first}`), ...others.map((text) => line(`        | ${text}`))];
}

function describeOptOut({ keyword, number }: SandboxEvent & { kind: 'opt-out' }): Notice[] {
  if (keyword === 'HELP') return [];
  const what = keyword === 'STOP' ? 'refused from now on; START allows them again' : 'allowed again';
  return [{ mark: 'detail', text: `${keyword}: texts from ${number} to this phone are ${what}` }];
}

function describeInput(input: readonly ('dtmf' | 'speech')[]): string {
  return input.map((one) => (one === 'dtmf' ? 'keys (/press)' : 'words (/say)')).join(' or ');
}

function describeEnd(
  { other, direction, state, answeredAt, isEndedHere }: ViewedCall,
  status: string,
  at: string,
): string {
  if (state === 'talking') {
    const seconds = Math.round((Date.parse(at) - Date.parse(answeredAt ?? at)) / 1000);
    return `the call is over after ${seconds} s: ${isEndedHere ? 'hung up here' : `${other} hung up`}`;
  }
  if (direction === 'incoming') return isEndedHere ? `declined ${other}` : `missed a call from ${other}`;
  return isEndedHere ? 'hung up before an answer' : `${other} did not answer: ${status}`;
}

function line(text: string): Notice {
  return { mark: 'line', text };
}

function warn(text: string): Notice {
  return { mark: 'warn', text };
}

function fault(text: string): Notice {
  return { mark: 'fault', text };
}
