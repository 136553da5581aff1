// Makes the calls of a closed sandbox fail with a sentence, and ends those that still wait for something.
import { RelayPhoneError } from '../errors.js';
import type { OpenSandbox } from './refuse-unsupported.js';

/** What can be called after the end: it reads what is kept in memory, or only names a phone. */
const READS = new Set([
  'events',
  'traces',
  'trace',
  'requests',
  'exchanges',
  'exchange',
  'unsupported',
  'phone',
  'now',
  'nextTimerAt',
]);

/** What returns a promise. */
const WAITS = new Set([
  'text',
  'startText',
  'nextText',
  'nextCall',
  'nextEvent',
  'whenQuiet',
  'replay',
  'advance',
  'environment',
]);

/** A sandbox whose calls fail once it is closed. */
export interface ClosableSandbox {
  readonly sandbox: OpenSandbox;
  /** Refuses every call from now on, except for those that only read what happened. */
  refuse(): void;
  /** Rejects the promises that nothing can fulfil any more. One that nobody awaits is no unhandled rejection. */
  abandon(): void;
}

/** Returns the sandbox, its clock and its phones with calls that fail once it is closed. */
export function refuseClosed(sandbox: OpenSandbox): ClosableSandbox {
  const waiting = new Set<() => void>();
  let isClosed = false;

  function guard<Part extends object>(part: Part): Part {
    const guarded = Object.entries(part).map(([name, value]) =>
      typeof value === 'function' && !READS.has(name) ? [name, guardCall(name, value)] : [name, value],
    );
    return Object.fromEntries(guarded) as Part;
  }

  function guardCall(name: string, call: (...given: unknown[]) => unknown) {
    if (WAITS.has(name)) {
      return (...given: unknown[]) =>
        isClosed ? Promise.reject(closed(name)) : abandonable(call(...given) as Promise<unknown>, name);
    }
    return (...given: unknown[]) => {
      if (isClosed) throw closed(name);
      return call(...given);
    };
  }

  function abandonable<Result>(work: Promise<Result>, name: string): Promise<Result> {
    let abandon = () => {};
    const result = new Promise<Result>((resolve, reject) => {
      work.then(resolve, reject).finally(() => waiting.delete(abandon));
      abandon = () => {
        result.catch(() => undefined);
        reject(closed(name));
      };
    });
    waiting.add(abandon);
    return result;
  }

  const { phone, clock } = sandbox;
  return {
    sandbox: { ...guard(sandbox), phone: (number) => guard(phone(number)), clock: guard(clock) },
    refuse: () => {
      isClosed = true;
    },
    abandon: () => {
      for (const abandon of waiting) abandon();
    },
  };
}

function closed(name: string): RelayPhoneError {
  return new RelayPhoneError({ kind: 'usage', task: `call ${name}()`, reason: 'the sandbox is closed' });
}
