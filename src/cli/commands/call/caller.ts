// The person with the phone that calls: presses keys and speaks as the options and the keyboard say, and hangs up.
import { RelayPhoneError } from '../../../errors.js';
import type { ControlClient } from '../../../sandbox/control/client.js';
import type { SandboxEvent } from '../../../sandbox/platform/events/event.js';
import type { NumberPair } from '../text/obvious-numbers.js';
import type { CallFlags } from './command.js';

/** The caller of one call. */
export interface Caller {
  /** Takes an event of the call. */
  see(event: SandboxEvent): void;
  /** Presses a key that the person typed. From then on only the person or the app ends the call. */
  press(key: string): void;
  hangUp(): void;
  /** Stops waiting; call it when the call is over. */
  leave(): void;
  /** Resolves when everything that was begun is done. */
  done(): Promise<unknown>;
  /** True if the caller hung up before an answer. */
  hasCancelled(): boolean;
}

/**
 * Creates the caller. Once the call is answered, it acts as the options say, and hangs up after a silence.
 *
 * @param hasKeyboard whether a person may type: then the app's waiting for keys is no silence
 */
export function createCaller(
  control: ControlClient,
  { from, press, say, hangUpAfter, cancelAfter }: CallFlags & NumberPair,
  callSid: string,
  hasKeyboard: boolean,
): Caller {
  const ringing = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let isAnswered = false;
  let isTyped = false;
  let hasCancelled = false;
  /** How many seconds the app waits for keys or words. */
  let waitsFor = 0;
  let acts: Promise<unknown> = Promise.resolve();

  const act = (name: 'press' | 'say' | 'hang-up', content?: object) => {
    // The other side may have hung up meanwhile, which is a usage error.
    acts = acts.then(() => control.act(from, callSid, name, content).catch(ignoreUsage));
  };
  // TwiML answers the caller before <Dial> calls somebody.
  const isUnanswered = () => !isAnswered || ringing.size > 0;
  const hangUp = () => {
    hasCancelled ||= isUnanswered();
    act('hang-up');
  };
  const cancelling =
    cancelAfter === undefined
      ? undefined
      : setTimeout(() => {
          if (isUnanswered()) hangUp();
        }, cancelAfter * 1000);

  function see(event: SandboxEvent): void {
    clearTimeout(timer);
    if (event.kind === 'gather.waiting' && event.sid === callSid) waitsFor = event.timeoutSeconds;
    if (event.kind === 'webhook.began' || event.kind === 'twiml.run') waitsFor = 0;
    if (event.kind === 'call.status') {
      if (event.status === 'ringing' && event.sid !== callSid) ringing.add(event.sid);
      else ringing.delete(event.sid);
    }
    if (event.kind === 'phone.call' && event.sid === callSid && event.act === 'is answered') {
      isAnswered = true;
      if (press !== undefined) act('press', { keys: press });
      if (say !== undefined) act('say', { words: say });
    }
    if (isUnanswered() || isTyped) return;
    timer = setTimeout(hangUp, (hangUpAfter + (hasKeyboard ? waitsFor : 0)) * 1000);
  }

  return {
    see,
    press: (key) => {
      isTyped = true;
      clearTimeout(timer);
      act('press', { keys: key });
    },
    hangUp,
    leave: () => {
      clearTimeout(timer);
      clearTimeout(cancelling);
    },
    done: () => acts,
    hasCancelled: () => hasCancelled,
  };
}

function ignoreUsage(error: unknown): void {
  if (!(error instanceof RelayPhoneError && error.kind === 'usage')) throw error;
}
