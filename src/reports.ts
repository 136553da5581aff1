// The schemas of the JSON documents that commands print under --json.

export { type DoctorReport, doctorReportSchema } from './checks/doctor/report.js';
export {
  type SmokeList,
  type SmokeReport,
  smokeListSchema,
  smokeReportSchema,
} from './checks/smoke/report.js';
export { type CiReport, ciReportSchema } from './ci/report.js';
export { type CompletionReport, completionReportSchema } from './cli/commands/completion/report.js';
export { type DocsReport, docsReportSchema } from './cli/commands/docs/report.js';
export { type DoctorBundle, doctorBundleSchema } from './cli/commands/doctor/bundle-report.js';
export { type ExecReport, execReportSchema } from './cli/commands/exec/report.js';
export { type OpenReport, openReportSchema } from './cli/commands/open/report.js';
export { type PlayReport, playReportSchema } from './cli/commands/play/report.js';
export {
  type RequestsClearReport,
  requestsClearReportSchema,
} from './cli/commands/requests/clear/report.js';
export {
  type TunnelReport,
  tunnelEventReportSchema,
  tunnelReportSchema,
} from './cli/commands/tunnel/report.js';
export {
  type Capture,
  type ConformanceList,
  type ConformanceReport,
  captureSchema,
  conformanceListSchema,
  conformanceReportSchema,
} from './conformance/report.js';
export { type ExchangeReport, exchangeReportSchema } from './exchanges/report.js';
export {
  type CheckoutLoginReport,
  type CheckoutPrepareReport,
  type CheckoutStatusReport,
  checkoutLoginReportSchema,
  checkoutPrepareReportSchema,
  checkoutStatusReportSchema,
} from './firefox-relay/report.js';
export {
  type ReplayReport,
  type RequestReport,
  type RequestsExportReport,
  type RequestsReport,
  replayReportSchema,
  requestReportSchema,
  requestsExportReportSchema,
  requestsReportSchema,
} from './gateway/report.js';
export {
  relayEventReportSchema,
  type ServeReport,
  serveReportSchema,
  type TokenReport,
  tokenReportSchema,
} from './relay/report.js';
export type { ReportSchema } from './report-schema.js';
export {
  type AssertionsReport,
  assertionsReportSchema,
  type CallReport,
  callEndReportSchema,
  callReportSchema,
  eventReportSchema,
  type LeaksReport,
  leaksReportSchema,
  type PhoneCodeReport,
  type PhonesReport,
  phoneCodeReportSchema,
  phoneReportSchema,
  phonesReportSchema,
  type SandboxReport,
  sandboxReportSchema,
  type TextReport,
  type TraceReport,
  type TracesReport,
  textReportSchema,
  traceReportSchema,
  tracesReportSchema,
} from './sandbox/report.js';
export {
  errorReportSchema,
  type InitReport,
  initReportSchema,
  type NumbersReleaseReport,
  type NumbersReport,
  numbersReleaseReportSchema,
  numbersReportSchema,
  type SendTestReport,
  type StatusReport,
  sendTestReportSchema,
  statusReportSchema,
  type UndoReport,
  undoReportSchema,
} from './setup/report.js';
