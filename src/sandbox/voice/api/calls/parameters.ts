// How the sandbox treats each parameter of Calls: https://www.twilio.com/docs/voice/api/call-resource.
import {
  checksOnly,
  dateFilter,
  does,
  notHere,
  PAGING,
  type ParameterTable,
} from '../../../server/parameters.js';

/** The parameters that place a call. */
export const CREATE_CALL: ParameterTable = {
  To: does,
  From: does,
  Url: does,
  Twiml: does,
  ApplicationSid: does,
  Method: does,
  FallbackUrl: does,
  FallbackMethod: does,
  StatusCallback: does,
  StatusCallbackEvent: does,
  StatusCallbackMethod: does,
  SendDigits: does,
  Timeout: does,
  TimeLimit: does,
  // For SIP addresses and clients, which are refused by name.
  ClientNotificationUrl: checksOnly(),
  SipAuthPassword: checksOnly(),
  SipAuthUsername: checksOnly(),
  Byoc: notHere(),
  CallerId: notHere(),
  CallReason: notHere(),
  CallToken: notHere(),
  Passports: notHere(),
  Record: notHere({ anyway: ['false'] }),
  RecordingChannels: notHere({ partOf: 'Record' }),
  RecordingConfigurationId: notHere({ partOf: 'Record' }),
  RecordingStatusCallback: notHere({ partOf: 'Record' }),
  RecordingStatusCallbackEvent: notHere({ partOf: 'Record' }),
  RecordingStatusCallbackMethod: notHere({ partOf: 'Record' }),
  RecordingTrack: notHere({ partOf: 'Record' }),
  Trim: notHere({ partOf: 'Record' }),
  MachineDetection: notHere(),
  MachineDetectionSilenceTimeout: notHere({ partOf: 'MachineDetection' }),
  MachineDetectionSpeechEndThreshold: notHere({ partOf: 'MachineDetection' }),
  MachineDetectionSpeechThreshold: notHere({ partOf: 'MachineDetection' }),
  MachineDetectionTimeout: notHere({ partOf: 'MachineDetection' }),
  AsyncAmd: notHere({ anyway: ['false'], partOf: 'MachineDetection' }),
  AsyncAmdStatusCallback: notHere({ partOf: 'AsyncAmd' }),
  AsyncAmdStatusCallbackMethod: notHere({ partOf: 'AsyncAmd' }),
};

/** The parameters that redirect, limit or end a call. */
export const UPDATE_CALL: ParameterTable = {
  Status: does,
  Url: does,
  Twiml: does,
  Method: does,
  FallbackUrl: does,
  FallbackMethod: does,
  StatusCallback: does,
  StatusCallbackMethod: does,
  TimeLimit: does,
};

/** The filters of the list of calls. */
export const CALL_FILTERS: ParameterTable = {
  To: does,
  From: does,
  Status: does,
  ParentCallSid: does,
  ...dateFilter('StartTime'),
  ...dateFilter('EndTime'),
};

/** The parameters of the list of calls. */
export const LIST_CALLS: ParameterTable = { ...CALL_FILTERS, ...PAGING };
