// The library: a sandbox for any Node.js test suite.

export type { ExchangeFilter } from './exchanges/exchange.js';
export type { ExchangeReport, FullExchangeReport } from './exchanges/report.js';
export type { SenderCompliance } from './sandbox/accounts/compliance/store.js';
export { createSandbox } from './sandbox/create.js';
export type { OptOut } from './sandbox/messaging/opt-outs/opt-outs.js';
export type { TextOutcome } from './sandbox/messaging/text-gateway.js';
export type { NumberSummary } from './sandbox/numbers/incoming-phone-numbers/summaries.js';
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
export type { TraceOutcome } from './sandbox/traces/event-outcome.js';
export type { TraceCounts, TraceSummary } from './sandbox/traces/summary.js';
export type { KnownTrace, TraceDetails, TraceFilter } from './sandbox/traces/trace-log.js';
export type { TraceNode } from './sandbox/traces/tree.js';
export type { Sound } from './sandbox/voice/call-gateway.js';
export type { ReplayEdits, ReplayResult } from './sandbox/webhooks/replay.js';
