// How the sandbox treats each parameter of Messaging Services: https://www.twilio.com/docs/messaging/api/service-resource.
import { checksOnly, does, flag, notHere, oneOf, type ParameterTable } from '../../../server/parameters.js';

/** The parameters that create or change a service. */
export const SERVICE_PARAMETERS: ParameterTable = {
  FriendlyName: does,
  InboundRequestUrl: does,
  InboundMethod: does,
  FallbackUrl: does,
  FallbackMethod: does,
  StatusCallback: does,
  UseInboundWebhookOnNumber: does,
  StickySender: does,
  AreaCodeGeomatch: does,
  SmartEncoding: does,
  ValidityPeriod: does,
  Usecase: does,
  // For short codes, which no service here has.
  FallbackToLongCode: checksOnly(flag),
  // Reserved, without effect at Twilio.
  ScanMessageContent: checksOnly(oneOf(['inherit', 'enable', 'disable'])),
  SynchronousValidation: checksOnly(flag),
  MmsConverter: notHere({ anyway: ['true'], check: flag }),
};
