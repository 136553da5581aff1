// The library: a sandbox for any Node.js test suite.

export { type ErrorKind, type ErrorParts, RelayPhoneError } from './errors.js';
export type { Direction, ExchangeFilter } from './exchanges/exchange.js';
export type { ReplayEdits } from './exchanges/replay-edits.js';
export type { AnswerDifferenceReport, ExchangeReport, FullExchangeReport } from './exchanges/report.js';
export type { Interception } from './http/intercept.js';
export type { Account, AccountOptions, TokenSource } from './sandbox/accounts/account/store.js';
export type { Compliance, SenderCompliance } from './sandbox/accounts/compliance/store.js';
export type { TestCredentials } from './sandbox/accounts/test-credentials/routes.js';
export { createSandbox } from './sandbox/create.js';
export type { OptOut } from './sandbox/messaging/opt-outs/opt-outs.js';
export type {
  MediaLink,
  SentText,
  TextBehaviour,
  TextOutcome,
  TextUnderway,
  TwimlReply,
} from './sandbox/messaging/text-gateway.js';
export type { NumberOptions, WebhookTarget } from './sandbox/numbers/incoming-phone-numbers/provision.js';
export type { NumberSummary, NumberWebhook } from './sandbox/numbers/incoming-phone-numbers/summaries.js';
export type { Capabilities } from './sandbox/numbers/inventory.js';
export type { Behaviour, WholeBehaviour } from './sandbox/phones/behaviour.js';
export type { HeardSound, LoggedCall, PhoneCallState, SaidSound } from './sandbox/phones/calls/call-log.js';
export type { PhoneCall } from './sandbox/phones/calls/phone-call.js';
export type { EventLink } from './sandbox/phones/event-links.js';
export type { CheckedAssertion, PrivacyAssertion } from './sandbox/phones/exposure/assertions.js';
export type { NumberExposure, NumberExposure as Sighting } from './sandbox/phones/exposure/find-exposures.js';
export type { NextTextOptions, NextTextOptions as TextWish, ReceivedText } from './sandbox/phones/inbox.js';
export type { PhoneSummary, SandboxPhone } from './sandbox/phones/phones.js';
export type { SentPhoneText } from './sandbox/phones/sent-texts.js';
export type { Thread, ThreadText } from './sandbox/phones/threads.js';
export type { SandboxClock } from './sandbox/platform/clock.js';
export type {
  Attribution,
  EventFields,
  EventHeader,
  ExposureKind,
  PhoneAct,
  RequestFacts,
  RequestProblem,
  SandboxEvent,
  TextFacts,
  WebhookFacts,
  WebhookPurpose,
} from './sandbox/platform/events/event.js';
export type { EventFilter, EventPredicate } from './sandbox/platform/events/search.js';
export type { Unsupported } from './sandbox/platform/events/unsupported.js';
export type { UnsupportedUse } from './sandbox/platform/events/unsupported-use.js';
export type { SandboxAlert } from './sandbox/platform/sandbox-alert.js';
export type { ProgramEnvironment } from './sandbox/proxy/environment.js';
export type { SdkHttpClient } from './sandbox/proxy/sdk-client.js';
export type { AcceptedConnection, Sandbox, SandboxOptions } from './sandbox/sandbox.js';
export type { Fault, FaultAnswer, FaultRule } from './sandbox/server/faults.js';
export type { RecordedRequest } from './sandbox/server/request-log.js';
export type { TraceOutcome } from './sandbox/traces/event-outcome.js';
export type { TraceCounts, TraceSummary } from './sandbox/traces/summary.js';
export type { KnownTrace, TraceDetails, TraceFilter } from './sandbox/traces/trace-log.js';
export type { TraceNode } from './sandbox/traces/tree.js';
export type { AwaitedInput, Sound } from './sandbox/voice/call-gateway.js';
export type { HostLookup, WebhookNetwork } from './sandbox/webhooks/http-request.js';
export type { ReplayResult } from './sandbox/webhooks/replay.js';
