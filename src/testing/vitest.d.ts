// The matchers with their types for vitest.
import type { PhoneMatchers } from './matchers.js';

// In a package manager's strict folders vitest may be out of reach.
// @ts-ignore
declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: the declarations of an interface have the same type parameters.
  interface Matchers<T = any> extends PhoneMatchers<void> {}
}

export * from './matchers.js';
