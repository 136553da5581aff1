// How the sandbox treats each parameter of Messages: https://www.twilio.com/docs/messaging/api/message-resource.
import {
  checksOnly,
  count,
  dateFilter,
  does,
  flag,
  notHere,
  oneOf,
  PAGING,
  type ParameterTable,
} from '../../../server/parameters.js';

/** The parameters that send a message. */
export const CREATE_MESSAGE: ParameterTable = {
  To: does,
  From: does,
  MessagingServiceSid: does,
  Body: does,
  MediaUrl: does,
  StatusCallback: does,
  ApplicationSid: does,
  ValidityPeriod: does,
  SmartEncoded: does,
  ScheduleType: does,
  SendAt: does,
  // Twilio keeps statistics of these, decides by them in which order it sends, or ignores them itself.
  Attempt: checksOnly(count),
  ForceDelivery: checksOnly(flag),
  MaxPrice: checksOnly(),
  MessageIntent: checksOnly(),
  ProvideFeedback: checksOnly(flag),
  RiskCheck: checksOnly(oneOf(['enable', 'disable'])),
  TrafficType: checksOnly(oneOf(['free'])),
  AddressRetention: notHere({ anyway: ['retain'], check: oneOf(['retain', 'obfuscate'], 30030) }),
  ContentRetention: notHere({ anyway: ['retain'], check: oneOf(['retain', 'discard'], 30029) }),
  ContentSid: notHere(),
  ContentVariables: notHere({ partOf: 'ContentSid' }),
  FallbackFrom: notHere(),
  PersistentAction: notHere(),
  SendAsMms: notHere({ anyway: ['false'], check: flag }),
  ShortenUrls: notHere({ anyway: ['false'], check: flag }),
};

/** The parameters that empty or cancel a message. */
export const UPDATE_MESSAGE: ParameterTable = { Body: does, Status: does };

/** The filters of the list of messages. */
export const MESSAGE_FILTERS: ParameterTable = { To: does, From: does, ...dateFilter('DateSent') };

/** The parameters of the list of messages. */
export const LIST_MESSAGES: ParameterTable = { ...MESSAGE_FILTERS, ...PAGING };

/** The parameters of feedback, which no resource shows. */
export const CREATE_FEEDBACK: ParameterTable = {
  Outcome: checksOnly(oneOf(['confirmed', 'unconfirmed'])),
};
