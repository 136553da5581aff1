// Reads what a test passed to `expect`: a phone or a sandbox.
import type { SandboxPhone } from '../sandbox/phones/phones.js';
import type { Sandbox } from '../sandbox/sandbox.js';

/** Returns the value as a phone. @throws TypeError if it is none; `matcher` is named in the message. */
export function readPhone(value: unknown, matcher: string): SandboxPhone {
  if (hasFunctions<SandboxPhone>(value, ['texts', 'calls', 'nextText', 'traces'])) return value;
  throw new TypeError(`${matcher}() takes a phone: expect(sandbox.phone('+12125550190')).${matcher}()`);
}

/** Returns the value as a sandbox. @throws TypeError if it is none; `matcher` is named in the message. */
export function readSandbox(value: unknown, matcher: string): Sandbox {
  if (hasFunctions<Sandbox>(value, ['assertions', 'exposures', 'trace'])) return value;
  throw new TypeError(`${matcher}() takes a sandbox: expect(sandbox).${matcher}()`);
}

function hasFunctions<Found extends object>(
  value: unknown,
  names: readonly (keyof Found & string)[],
): value is Found {
  if (typeof value !== 'object' || value === null) return false;
  const properties: Partial<Record<string, unknown>> = { ...value };
  return names.every((name) => typeof properties[name] === 'function');
}
