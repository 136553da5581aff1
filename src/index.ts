// The library: a sandbox for any Node.js test suite.

export { createSandbox } from './sandbox/create.js';
export type { Behaviour } from './sandbox/phones/behaviour/behaviour.js';
export type { LoggedCall, PhoneCallState } from './sandbox/phones/calls/call-log.js';
export type { PhoneCall } from './sandbox/phones/calls/phone-call.js';
export type { NumberExposure, NumberExposure as Sighting } from './sandbox/phones/exposure/exposure.js';
export type { ReceivedText } from './sandbox/phones/inbox/inbox.js';
export type { NextTextOptions, NextTextOptions as TextWish } from './sandbox/phones/inbox/next-text.js';
export type { SandboxPhone } from './sandbox/phones/phone.js';
export type { TextOutcome } from './sandbox/phones/sent-text.js';
export type { SandboxEvent } from './sandbox/platform/events/event.js';
export type { Sandbox, SandboxOptions } from './sandbox/sandbox.js';
export type { Fault, FaultRule } from './sandbox/server/faults.js';
export type { Sound } from './sandbox/voice/call-gateway.js';
