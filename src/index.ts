// The library: a sandbox for any Node.js test suite.

export { createSandbox } from './sandbox/create.js';
export type { TextOutcome } from './sandbox/messaging/text-gateway.js';
export type { Behaviour, WholeBehaviour } from './sandbox/phones/behaviour.js';
export type { HeardSound, LoggedCall, PhoneCallState, SaidSound } from './sandbox/phones/calls/call-log.js';
export type { PhoneCall } from './sandbox/phones/calls/phone-call.js';
export type { CheckedAssertion, PrivacyAssertion } from './sandbox/phones/exposure/assertions.js';
export type { NumberExposure, NumberExposure as Sighting } from './sandbox/phones/exposure/find-exposures.js';
export type { NextTextOptions, NextTextOptions as TextWish, ReceivedText } from './sandbox/phones/inbox.js';
export type { PhoneSummary, SandboxPhone } from './sandbox/phones/phones.js';
export type { SentPhoneText } from './sandbox/phones/sent-texts.js';
export type { Thread, ThreadText } from './sandbox/phones/threads.js';
export type { SandboxEvent } from './sandbox/platform/events/event.js';
export type { Sandbox, SandboxOptions } from './sandbox/sandbox.js';
export type { Fault, FaultRule } from './sandbox/server/faults.js';
export type { Sound } from './sandbox/voice/call-gateway.js';
