// A phone's side of a call: the line it is on, how far the call has come for it, and its entry in the call log.
import { RelayPhoneError } from '../../../errors.js';
import type { PhoneAct } from '../../platform/events/event.js';
import type { RemoteLine } from '../../voice/legs/remote-party.js';
import type { Sound } from '../../voice/legs/sound.js';
import type { World } from '../../world.js';
import { type CallEntry, formatLogged } from './call-log.js';
import type { LoggedCall, PhoneCallState } from './phone-call.js';

/** Which phone it is, and what it shows. */
export interface PhoneCallParties {
  /** E.164. */
  readonly phone: string;
  readonly direction: 'incoming' | 'outgoing';
  /** The other number, as it is shown. */
  readonly shown: string;
}

/** The entry of a call that a phone is in, from when it has joined its line; before, all but `join` is a mistake. */
export interface CallLogEntry {
  join(line: RemoteLine): void;
  line(): RemoteLine;
  state(): PhoneCallState;
  /** @throws RelayPhoneError `usage` when the call is not in one of `states`. */
  verifyState(task: string, ...states: PhoneCallState[]): RemoteLine;
  change(to: Partial<CallEntry>): void;
  hear(sound: Sound): void;
  /** Says what the phone does, or what is done to it. */
  tell(act: PhoneAct, detail?: string | null): void;
  read(): LoggedCall;
}

/** Gets ready to log a call. */
export function createCallLogEntry(
  { callLog, now }: World,
  { phone, direction, shown }: PhoneCallParties,
): CallLogEntry {
  let joined: { line: RemoteLine; entry: CallEntry } | undefined;

  function onLine(): { line: RemoteLine; entry: CallEntry } {
    if (joined) return joined;
    throw new Error('The phone is on no line');
  }

  function join(line: RemoteLine): void {
    const state = direction === 'incoming' ? 'ringing' : 'calling';
    const times = { startedAt: now(), answeredAt: null, endedAt: null };
    const entry = { phone, sid: line.sid, direction, shown, state, heard: [], ...times } as const;
    joined = { line, entry: callLog.insert(entry) };
  }

  function change(to: Partial<CallEntry>): void {
    const { line, entry } = onLine();
    joined = { line, entry: { ...entry, ...to } };
    callLog.update(joined.entry);
  }

  function tell(act: PhoneAct, detail: string | null = null): void {
    const { line } = onLine();
    line.emit({ kind: 'phone.call', phone, sid: line.sid, act, detail });
  }

  function verifyState(task: string, ...states: PhoneCallState[]): RemoteLine {
    const { line, entry } = onLine();
    if (states.includes(entry.state)) return line;
    throw new RelayPhoneError({
      kind: 'usage',
      task: `${task} on ${phone}`,
      reason: `the call is ${entry.state}`,
    });
  }

  return {
    join,
    line: () => onLine().line,
    state: () => onLine().entry.state,
    verifyState,
    change,
    hear: (sound) => {
      change({ heard: [...onLine().entry.heard, sound] });
      tell('hears', sound.content);
    },
    tell,
    read: () => formatLogged(onLine().entry),
  };
}
