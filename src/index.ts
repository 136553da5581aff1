// The library: a sandbox for any Node.js test suite.

export { createSandbox } from './sandbox/create.js';
export type { SandboxEvent } from './sandbox/events/event.js';
export type { Behaviour } from './sandbox/phones/behaviour.js';
export type { TextWish } from './sandbox/phones/next-text.js';
export type { SandboxPhone } from './sandbox/phones/phone.js';
export type { LoggedCall, PhoneCall, PhoneCallState } from './sandbox/phones/phone-call.js';
export type { TextOutcome } from './sandbox/phones/sent-text.js';
export type { ReceivedText } from './sandbox/phones/texts.js';
export type { Fault, FaultRule } from './sandbox/rest/faults.js';
export type { Sandbox, SandboxOptions } from './sandbox/sandbox.js';
export type { Sighting } from './sandbox/sightings/sighting.js';
export type { Sound } from './sandbox/voice/sound.js';
