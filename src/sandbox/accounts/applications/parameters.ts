// How the sandbox treats each parameter of TwiML apps: https://www.twilio.com/docs/usage/api/applications.
import {
  does,
  doesExcept,
  flag,
  notHere,
  oneOf,
  PAGING,
  type ParameterTable,
} from '../../server/parameters.js';

/** The parameters that create or change a TwiML app. */
export const APPLICATION_PARAMETERS: ParameterTable = {
  FriendlyName: does,
  VoiceUrl: does,
  VoiceMethod: does,
  VoiceFallbackUrl: does,
  VoiceFallbackMethod: does,
  StatusCallback: does,
  StatusCallbackMethod: does,
  SmsUrl: does,
  SmsMethod: does,
  SmsFallbackUrl: does,
  SmsFallbackMethod: does,
  SmsStatusCallback: does,
  MessageStatusCallback: does,
  ApiVersion: { ...doesExcept('2008-08-01'), check: oneOf(['2010-04-01', '2008-08-01']) },
  PublicApplicationConnectEnabled: notHere({ anyway: ['false'], check: flag }),
  VoiceCallerIdLookup: notHere({ anyway: ['false'], check: flag }),
};

/** The parameters of the list of TwiML apps. */
export const LIST_APPLICATIONS: ParameterTable = { FriendlyName: does, ...PAGING };
