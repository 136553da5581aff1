// The library: a sandbox for any Node.js test suite.

export { createSandbox } from './sandbox/create.js';
export type { SandboxEvent } from './sandbox/events/event.js';
export type { Fault, FaultRule } from './sandbox/faults.js';
export type { ReceivedText, SandboxPhone } from './sandbox/phones/phones.js';
export type { TextOutcome } from './sandbox/phones/sent-text.js';
export type { Sandbox, SandboxOptions } from './sandbox/sandbox.js';
