// Notices fake timers that stop Node.js itself: a faked process.nextTick keeps every socket from working.
import { PassThrough } from 'node:stream';
import { RelayPhoneError } from '../errors.js';
import { setImmediate } from '../real-time.js';

/**
 * Checks that Node.js's own streams work. sinon fakes `process.nextTick` by default, which they use; Jest fakes only a copy
 * of it, which they do not.
 *
 * @throws RelayPhoneError `usage` if they do not: everything after it would wait forever.
 */
export async function verifyNextTickRuns(): Promise<void> {
  // @sinonjs/fake-timers, which all runners but node:test use, leaves its clock there.
  if (!('clock' in process.nextTick)) return;
  let hasRun = false;
  new PassThrough().end(() => {
    hasRun = true;
  });
  await new Promise((resolve) => void setImmediate(resolve));
  if (hasRun) return;
  throw new RelayPhoneError({
    kind: 'usage',
    task: 'create a sandbox',
    reason: 'process.nextTick is faked, and without it no socket of Node.js works',
    tryNext: ["useFakeTimers({ toNotFake: ['nextTick'] }), with sinon and with @sinonjs/fake-timers"],
  });
}
