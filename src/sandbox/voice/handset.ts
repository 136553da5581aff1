// A phone at the far end of a leg: it rings, does as its behaviour says or as it is told, and logs what it hears.
import { RelayPhoneError } from '../../errors.js';
import type { PhoneAct } from '../events/event.js';
import { type CallEntry, formatLogged } from '../phones/call-log.js';
import type { LoggedCall, PhoneCall, PhoneCallState } from '../phones/phone-call.js';
import type { World } from '../world.js';
import type { FinalStatus, Line, Party } from './party.js';
import { KEYS } from './sound.js';
import { PACE } from './wait.js';

/** Which phone it is, and what it shows. */
export interface HandsetParts {
  /** E.164. */
  readonly phone: string;
  readonly direction: 'incoming' | 'outgoing';
  /** The other number, as it is shown. */
  readonly shown: string;
}

/** What the SIP of a call says of a phone that is busy, or whose holder wants no call. */
const [BUSY_HERE, DECLINED] = [486, 603];

/** A phone in a call: as the far end of its leg, and in the hand of whoever holds it. */
export interface Handset {
  readonly party: Party;
  readonly call: PhoneCall;
}

/** Takes a phone in hand. Once it has joined its line it is in its call log, and among the calls that go on. */
export function createHandset(world: World, { phone, direction, shown }: HandsetParts): Handset {
  const { callLog, handsets, clock, now } = world;
  let line: Line | undefined;
  let entry: CallEntry | undefined;
  const [answered, ended] = [createMilestone<LoggedCall>(), createMilestone<LoggedCall>()];

  function onLine(): { line: Line; entry: CallEntry } {
    if (line && entry) return { line, entry };
    throw new Error('The phone is on no line');
  }

  function change(to: Partial<CallEntry>): void {
    entry = { ...onLine().entry, ...to };
    callLog.update(entry);
  }

  function tell(act: PhoneAct, detail: string | null = null): void {
    const { sid } = onLine().line;
    onLine().line.emit({ kind: 'phone.call', phone, sid, act, detail });
  }

  function verifyState(task: string, ...states: PhoneCallState[]): Line {
    const { state } = onLine().entry;
    if (states.includes(state)) return onLine().line;
    throw new RelayPhoneError({ kind: 'usage', task: `${task} on ${phone}`, reason: `the call is ${state}` });
  }

  function talk(): void {
    change({ state: 'talking', answeredAt: now() });
    answered.reach(log());
  }

  function ring(): void {
    const { calls, slow } = world.phones.behaviourOf(phone);
    if (calls === 'busy') {
      change({ state: 'busy' });
      tell('is busy');
      onLine().line.decline('busy', BUSY_HERE);
      return;
    }
    onLine().line.ringing();
    tell('rings', shown);
    const act = { answers: answer, rejects: reject, 'no-answer': undefined }[calls];
    if (act) clock.after(PACE + slow, () => void (onLine().entry.state === 'ringing' && act()));
  }

  function answer(): void {
    const on = verifyState('answer', 'ringing');
    talk();
    tell('answers');
    on.answer();
  }

  function reject(): void {
    const on = verifyState('reject a call', 'ringing');
    change({ state: 'rejected' });
    tell('rejects');
    on.decline('busy', DECLINED);
  }

  function utter(kind: 'keys' | 'words', contents: readonly string[]): void {
    const on = verifyState(kind === 'keys' ? 'press keys' : 'speak', 'talking', 'calling');
    tell(kind === 'keys' ? 'presses' : 'says', contents.join(''));
    for (const content of contents) on.utter({ kind, content });
  }

  function hangUp(): void {
    const on = verifyState('hang up', 'talking', 'calling');
    tell('hangs up');
    if (onLine().entry.state === 'talking') change({ state: 'ended' });
    on.hangUp();
  }

  function end(status: FinalStatus): void {
    const { state } = onLine().entry;
    if (state === 'talking') tell('is hung up on');
    change({ state: stateAtEnd(state, status), endedAt: now() });
    handsets.delete(onLine().line.sid);
    answered.reach(log());
    ended.reach(log());
  }

  function log(): LoggedCall {
    return formatLogged(onLine().entry);
  }

  const call: PhoneCall = {
    get sid() {
      return onLine().line.sid;
    },
    get traceId() {
      return onLine().line.thread().traceId;
    },
    phone,
    log,
    answer,
    reject,
    press: (keys) => utter('keys', [...verifyKeys(keys)]),
    say: (words) => utter('words', [verifyWords(words)]),
    hangUp,
    answered: answered.promise,
    ended: ended.promise,
  };

  const party: Party = {
    join: (joined) => {
      line = joined;
      const state = direction === 'incoming' ? 'ringing' : 'calling';
      const times = { startedAt: now(), answeredAt: null, endedAt: null };
      entry = callLog.insert({ phone, sid: joined.sid, direction, shown, state, heard: [], ...times });
      handsets.set(joined.sid, call);
    },
    ring,
    answered: () => {
      talk();
      tell('is answered');
    },
    hear: (sound) => {
      change({ heard: [...onLine().entry.heard, sound] });
      tell('hears', sound.content);
    },
    ended: end,
  };

  return { party, call };
}

/** @throws RelayPhoneError `usage` for what is no key. */
export function verifyKeys(keys: string): string {
  if (KEYS.test(keys)) return keys;
  throw new RelayPhoneError({ kind: 'usage', task: `press '${keys}'`, reason: 'keys are 0-9, *, # and A-D' });
}

/** SQLite would end the words at a NUL. */
function verifyWords(words: string): string {
  const said = words.replaceAll('\0', '').trim();
  if (said !== '') return said;
  throw new RelayPhoneError({ kind: 'usage', task: 'speak', reason: 'there are no words in it' });
}

/** How a call that ends is remembered. */
function stateAtEnd(state: PhoneCallState, status: FinalStatus): PhoneCallState {
  if (state === 'talking') return 'ended';
  if (state === 'ringing') return 'missed';
  if (state === 'calling') return status === 'busy' ? 'busy' : 'unanswered';
  return state;
}

/** Something that is reached once, and can be waited for. */
function createMilestone<T>(): { readonly promise: Promise<T>; reach(value: T): void } {
  let reach = (_value: T) => {};
  const promise = new Promise<T>((resolve) => {
    reach = resolve;
  });
  return { promise, reach };
}
