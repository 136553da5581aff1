// A call of one phone: what the person who holds the phone can do in it, and its entry in the call log.
import { RelayPhoneError } from '../../../errors.js';
import type { Clock } from '../../platform/clock.js';
import type { PhoneAct } from '../../platform/events/event.js';
import { createTimers, STEP_MS } from '../../platform/timers.js';
import type { AwaitedInput, FinalStatus, RemoteLine, RemoteParty, Sound } from '../../voice/call-gateway.js';
import type { WholeBehaviour } from '../behaviour.js';
import type { ExposureEvents, ShowingCall } from '../exposure/exposure-events.js';
import {
  type CallLog,
  type CallLogEntry,
  formatLoggedCall,
  type LoggedCall,
  type PhoneCallState,
  type SaidSound,
} from './call-log.js';

/**
 * A call that a phone is in. Its actions throw RelayPhoneError `usage` when the state of the call does not allow them.
 *
 * @example
 * const ringing = sandbox.phone('+12025550190').nextCall();
 * sandbox.call({ from: '+13015550195', to: '+12025550100' });
 * const call = await ringing;
 * call.answer();
 * call.press('1');
 * call.hangUp();
 */
export interface PhoneCall {
  readonly sid: string;
  /** The trace of every event that the call led to. */
  readonly traceId: string;
  /** The number of the phone. */
  readonly phone: string;
  /** Returns the call log entry as it is now. */
  log(): LoggedCall;
  /** Answers a ringing call. */
  answer(): void;
  /** Rejects a ringing call. */
  reject(): void;
  /** Presses keys one after the other: `0` to `9`, `*`, `#`, `A` to `D`. They wait until a verb asks for keys. */
  press(keys: string): void;
  /** Says something. The words wait until a verb listens. */
  say(words: string): void;
  hangUp(): void;
  /** Resolves when the call was answered, and also when it ends unanswered. */
  readonly answered: Promise<LoggedCall>;
  /** Resolves when the call has ended. */
  readonly ended: Promise<LoggedCall>;
}

/** Which phone is in the call, and what it shows. */
export interface PhoneCallParties {
  /** E.164. */
  readonly phone: string;
  readonly direction: 'incoming' | 'outgoing';
  /** The other number, as the phone shows it. */
  readonly shown: string;
}

/** What the call of a phone needs. */
export interface PhoneCallDeps {
  readonly callLog: CallLog;
  readonly clock: Clock;
  readonly behaviourOf: (number: string) => WholeBehaviour;
  readonly exposures: Pick<ExposureEvents, 'callerShown' | 'soundHeard'>;
  /** The alerts about a leg. */
  readonly alertsAbout: (sid: string) => LoggedCall['alerts'];
  /** Called when the phone is connected to its leg, and when the call has ended. */
  readonly onStart: (call: PhoneCall) => void;
  readonly onEnd: (call: PhoneCall) => void;
}

/** Creates the two views of a phone in a call: the remote party for the leg, and the call for the person at the phone. */
export function createPhoneCall(
  deps: PhoneCallDeps,
  parties: PhoneCallParties,
): { readonly party: RemoteParty; readonly call: PhoneCall } {
  const { clock, behaviourOf, exposures, onStart, onEnd } = deps;
  const { phone, shown } = parties;
  const entry = createEntry(deps, parties);
  const timers = createTimers(clock);
  const [answered, ended] = [createDeferred<LoggedCall>(), createDeferred<LoggedCall>()];

  function startTalking(): void {
    entry.update({ state: 'talking', answeredAt: clock.now() });
    answered.resolve(entry.read());
  }

  const actions = createActions(entry, startTalking);

  const call: PhoneCall = {
    get sid() {
      return entry.line().sid;
    },
    get traceId() {
      return entry.line().trace().traceId;
    },
    phone,
    log: entry.read,
    ...actions,
    answered: answered.promise,
    ended: ended.promise,
  };

  const party: RemoteParty = {
    attach: (line) => {
      entry.open(line);
      onStart(call);
    },
    ring: () => {
      const { calls: usually, slow, blocked } = behaviourOf(phone);
      const calls = blocked.includes(shown) ? 'rejects' : usually;
      // Carriers report a busy phone as ringing first.
      entry.line().ringing();
      if (calls === 'busy') {
        entry.update({ state: 'busy' });
        entry.emit('is busy');
        exposures.callerShown(entry.latest(), shown);
        entry.line().decline('busy', SIP_BUSY_HERE);
        return;
      }
      entry.emit('rings', shown);
      exposures.callerShown(entry.latest(), shown);
      const act = { answers: actions.answer, rejects: actions.reject, 'no-answer': undefined }[calls];
      if (act) timers.after(STEP_MS + slow, () => void (entry.state() === 'ringing' && act()));
    },
    callAnswered: () => {
      startTalking();
      entry.emit('is answered');
    },
    hear: (sound) => {
      entry.addHeard(sound);
      entry.emit('hears', sound.content);
      exposures.soundHeard(entry.latest(), sound.content);
    },
    expectInput: entry.expectInput,
    callEnded: (status) => {
      const state = entry.state();
      timers.end();
      if (state === 'talking') entry.emit('is hung up on');
      entry.update({ state: stateAtEnd(state, status), endedAt: clock.now() });
      onEnd(call);
      answered.resolve(entry.read());
      ended.resolve(entry.read());
    },
  };

  return { party, call };
}

/** The SIP codes for a phone that is busy, and for a call that was rejected. */
const [SIP_BUSY_HERE, SIP_DECLINE] = [486, 603];

type PhoneCallActions = Pick<PhoneCall, 'answer' | 'reject' | 'press' | 'say' | 'hangUp'>;

function createActions(entry: Entry, startTalking: () => void): PhoneCallActions {
  function send(task: string, kind: 'keys' | 'words', contents: readonly string[]): void {
    const line = entry.verifyState(task, 'talking', 'calling');
    const content = contents.join('');
    entry.addSaid(kind, content);
    entry.emit(kind === 'keys' ? 'presses' : 'says', content);
    for (const part of contents) line.send({ kind, content: part });
  }
  return {
    answer: () => {
      const line = entry.verifyState('answer', 'ringing');
      startTalking();
      entry.emit('answers');
      line.answer();
    },
    reject: () => {
      const line = entry.verifyState('reject a call', 'ringing');
      entry.update({ state: 'rejected' });
      entry.emit('rejects');
      line.decline('busy', SIP_DECLINE);
    },
    press: (keys) => send('press keys', 'keys', [...verifyKeys(keys)]),
    say: (words) => send('speak', 'words', [verifyWords(words)]),
    hangUp: () => {
      const line = entry.verifyState('hang up', 'talking', 'calling');
      entry.emit('hangs up');
      if (entry.state() === 'talking') entry.update({ state: 'ended' });
      line.hangUp();
    },
  };
}

/** @throws RelayPhoneError `usage` if a character is not a key of a phone. */
export function verifyKeys(keys: string): string {
  if (/^[0-9*#A-D]+$/.test(keys)) return keys;
  throw new RelayPhoneError({ kind: 'usage', task: `press '${keys}'`, reason: 'keys are 0-9, *, # and A-D' });
}

/** @throws RelayPhoneError `usage` if the text is empty. */
function verifyWords(text: string): string {
  // SQLite would end the words at a NUL.
  const words = text.replaceAll('\0', '').trim();
  if (words !== '') return words;
  throw new RelayPhoneError({ kind: 'usage', task: 'speak', reason: 'there are no words to say' });
}

function stateAtEnd(state: PhoneCallState, status: FinalStatus): PhoneCallState {
  if (state === 'talking') return 'ended';
  if (state === 'ringing') return 'missed';
  if (state === 'calling') return status === 'busy' ? 'busy' : 'unanswered';
  return state;
}

type Entry = ReturnType<typeof createEntry>;

/** The call log entry of one call, and its line. Call `open` first: until then every other function throws. */
function createEntry(
  { callLog, clock, alertsAbout }: PhoneCallDeps,
  { phone, direction, shown }: PhoneCallParties,
) {
  let opened: { readonly line: RemoteLine; readonly entry: CallLogEntry } | undefined;
  let waitsFor: LoggedCall['waitsFor'] = null;
  const now = () => new Date(clock.now()).toISOString();

  function current(): { line: RemoteLine; entry: CallLogEntry } {
    if (opened) return opened;
    throw new Error('The phone is not on a leg yet');
  }

  function update(changes: Partial<CallLogEntry>): void {
    const { line, entry } = current();
    opened = { line, entry: { ...entry, ...changes } };
    callLog.update(opened.entry);
  }

  return {
    open: (line: RemoteLine): void => {
      const state = direction === 'incoming' ? 'ringing' : 'calling';
      const times = { startedAt: clock.now(), answeredAt: null, endedAt: null };
      const sounds = { heard: [], said: [] };
      const entry = callLog.insert({ phone, sid: line.sid, direction, shown, state, ...sounds, ...times });
      opened = { line, entry };
    },
    line: (): RemoteLine => current().line,
    state: (): PhoneCallState => current().entry.state,
    /** @throws RelayPhoneError `usage` if the call is in none of the `states`. */
    verifyState: (task: string, ...states: PhoneCallState[]): RemoteLine => {
      const { line, entry } = current();
      if (states.includes(entry.state)) return line;
      const reason = `the call is ${entry.state}`;
      throw new RelayPhoneError({ kind: 'usage', task: `${task} on ${phone}`, reason });
    },
    update,
    addHeard: ({ kind, content }: Sound): void =>
      update({ heard: [...current().entry.heard, { kind, content, at: now() }] }),
    addSaid: (kind: SaidSound['kind'], content: string): void =>
      update({ said: [...current().entry.said, { kind, content, at: now() }] }),
    expectInput: (input: AwaitedInput | null): void => {
      waitsFor = input && { ...input, since: now() };
    },
    /** Adds an event about the phone to the trace of the call. */
    emit: (act: PhoneAct, detail: string | null = null): void => {
      const { line } = current();
      line.emit({ kind: 'phone.call', phone, sid: line.sid, act, detail });
    },
    /** The call with its latest event as the cause. */
    latest: (): ShowingCall => {
      const { line } = current();
      return { phone, sid: line.sid, trace: line.trace() };
    },
    read: (): LoggedCall => {
      const { entry } = current();
      return formatLoggedCall(entry, alertsAbout(entry.sid), entry.endedAt === null ? waitsFor : null);
    },
  };
}

function createDeferred<T>() {
  let resolve = (_value: T) => {};
  const promise = new Promise<T>((resolvePromise) => {
    resolve = resolvePromise;
  });
  return { promise, resolve: (value: T) => resolve(value) };
}
