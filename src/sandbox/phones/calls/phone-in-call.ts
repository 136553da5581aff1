// A phone at the far end of a leg: it rings, and does as its behaviour says or as it is told.
import { RelayPhoneError } from '../../../errors.js';
import { createDeferred } from '../../voice/execution/deferred.js';
import { createTimers } from '../../voice/execution/timers.js';
import { STEP_MS } from '../../voice/execution/wait.js';
import type { FinalStatus, RemoteParty } from '../../voice/legs/remote-party.js';
import { KEYS } from '../../voice/legs/sound.js';
import type { World } from '../../world.js';
import { type CallLogEntry, createCallLogEntry, type PhoneCallParties } from './call-entry.js';
import type { LoggedCall, PhoneCall, PhoneCallState } from './phone-call.js';

/** What the SIP of a call says of a phone that is busy, or whose holder wants no call. */
const [BUSY_HERE, DECLINED] = [486, 603];

/** A phone in a call: as the far end of its leg, and in the hand of whoever holds it. */
export interface PhoneInCall {
  readonly party: RemoteParty;
  readonly call: PhoneCall;
}

/** What somebody with the phone in hand can do. */
type Acts = Pick<PhoneCall, 'answer' | 'reject' | 'press' | 'say' | 'hangUp'>;

/** Takes a phone in hand. Once it has joined its line it is in its call log, and among the calls that go on. */
export function createPhoneInCall(world: World, parts: PhoneCallParties): PhoneInCall {
  const { handsets, now, clock, phones } = world;
  const { phone } = parts;
  const log = createCallLogEntry(world, parts);
  const [answered, ended] = [createDeferred<LoggedCall>(), createDeferred<LoggedCall>()];
  const timers = createTimers(clock);

  function talk(): void {
    log.change({ state: 'talking', answeredAt: now() });
    answered.reach(log.read());
  }

  const acts = createActs(log, talk);

  function ring(): void {
    const { calls, slow } = phones.behaviourOf(phone);
    if (calls === 'busy') {
      log.change({ state: 'busy' });
      log.tell('is busy');
      log.line().decline('busy', BUSY_HERE);
      return;
    }
    log.line().ringing();
    log.tell('rings', parts.shown);
    const act = { answers: acts.answer, rejects: acts.reject, 'no-answer': undefined }[calls];
    if (act) timers.after(STEP_MS + slow, () => void (log.state() === 'ringing' && act()));
  }

  function end(status: FinalStatus): void {
    const state = log.state();
    timers.end();
    if (state === 'talking') log.tell('is hung up on');
    log.change({ state: stateAtEnd(state, status), endedAt: now() });
    handsets.delete(log.line().sid);
    answered.reach(log.read());
    ended.reach(log.read());
  }

  const call: PhoneCall = {
    get sid() {
      return log.line().sid;
    },
    get traceId() {
      return log.line().thread().traceId;
    },
    phone,
    log: log.read,
    ...acts,
    answered: answered.promise,
    ended: ended.promise,
  };

  const party: RemoteParty = {
    join: (line) => {
      log.join(line);
      handsets.set(line.sid, call);
    },
    ring,
    answered: () => {
      talk();
      log.tell('is answered');
    },
    hear: log.hear,
    ended: end,
  };

  return { party, call };
}

function createActs(log: CallLogEntry, talk: () => void): Acts {
  function utter(task: string, kind: 'keys' | 'words', contents: readonly string[]): void {
    const line = log.verifyState(task, 'talking', 'calling');
    log.tell(kind === 'keys' ? 'presses' : 'says', contents.join(''));
    for (const content of contents) line.utter({ kind, content });
  }
  return {
    answer: () => {
      const line = log.verifyState('answer', 'ringing');
      talk();
      log.tell('answers');
      line.answer();
    },
    reject: () => {
      const line = log.verifyState('reject a call', 'ringing');
      log.change({ state: 'rejected' });
      log.tell('rejects');
      line.decline('busy', DECLINED);
    },
    press: (keys) => utter('press keys', 'keys', [...verifyKeys(keys)]),
    say: (words) => utter('speak', 'words', [verifyWords(words)]),
    hangUp: () => {
      const line = log.verifyState('hang up', 'talking', 'calling');
      log.tell('hangs up');
      if (log.state() === 'talking') log.change({ state: 'ended' });
      line.hangUp();
    },
  };
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
