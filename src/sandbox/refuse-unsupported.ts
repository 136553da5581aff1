// Makes the awaited calls of the library reject once the app asked for something that the sandbox lacks.
import type { PhoneCall } from './phones/calls/phone-call.js';
import type { SandboxPhone } from './phones/phones.js';
import type { Sandbox } from './sandbox.js';

/** A sandbox without what closes it. */
export type OpenSandbox = Omit<Sandbox, 'close' | typeof Symbol.asyncDispose>;

/**
 * Returns the sandbox with awaited calls that reject if `verifyNoneNew` throws after them. Reading it does not: HTTP
 * answers, and what can be read can be looked at to find out why.
 */
export function refuseUnsupported(sandbox: OpenSandbox, verifyNoneNew: () => void): OpenSandbox {
  /** Passes a result on once nothing is missing. */
  function check<Result>(result: Result): Result {
    verifyNoneNew();
    return result;
  }

  const checkCall = (call: PhoneCall): PhoneCall =>
    Object.create(call, {
      answered: { get: () => call.answered.then(check) },
      ended: { get: () => call.ended.then(check) },
    });

  const checkPhone = (phone: SandboxPhone): SandboxPhone => ({
    ...phone,
    text: async (...sent) => check(await phone.text(...sent)),
    startText: async (...sent) => check(await phone.startText(...sent)),
    call: (to) => checkCall(phone.call(to)),
    liveCalls: () => phone.liveCalls().map(checkCall),
    nextCall: async (options) => checkCall(check(await phone.nextCall(options))),
    nextText: async (options) => check(await phone.nextText(options)),
  });

  const { clock } = sandbox;
  return {
    ...sandbox,
    phone: (number) => checkPhone(sandbox.phone(number)),
    call: (call) => checkCall(sandbox.call(call)),
    text: async (text) => check(await sandbox.text(text)),
    nextEvent: async (predicate, options) => check(await sandbox.nextEvent(predicate, options)),
    whenQuiet: async (traceId, options) => check(await sandbox.whenQuiet(traceId, options)),
    replay: async (id, edits) => check(await sandbox.replay(id, edits)),
    clock: {
      mode: clock.mode,
      now: clock.now,
      nextTimerAt: clock.nextTimerAt,
      advance: async (time) => check(await clock.advance(time)),
    },
  };
}
