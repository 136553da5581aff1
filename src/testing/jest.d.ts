// The matchers with their types for Jest: for the global `expect` of @types/jest, and for that of @jest/globals.
import type { PhoneMatchers } from './matchers.js';

declare global {
  namespace jest {
    // biome-ignore lint/complexity/noBannedTypes: the declarations of an interface have the same type parameters.
    interface Matchers<R, T = {}> extends PhoneMatchers<R> {}
  }
}

// With @types/jest alone there is no such module.
// @ts-ignore
declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown> extends PhoneMatchers<R> {}
}

export * from './matchers.js';
