// The JSON of an owned number, and its settings.
import { formatTime } from '../../platform/formats.js';
import { accountPath } from '../../server/paths.js';
import { formatSettings, type SettingKinds } from '../../webhooks/settings.js';
import { findBlock } from '../inventory.js';
import type { OwnedNumber } from './store.js';

/** The settings that are empty strings if not set. */
const WEBHOOK_SETTINGS = {
  smsApplicationSid: 'application',
  smsFallbackMethod: 'method',
  smsFallbackUrl: 'url',
  smsMethod: 'method',
  smsUrl: 'url',
  statusCallback: 'url',
  statusCallbackMethod: 'method',
  voiceApplicationSid: 'application',
  voiceCallerIdLookup: 'flag',
  voiceFallbackMethod: 'method',
  voiceFallbackUrl: 'url',
  voiceMethod: 'method',
  voiceUrl: 'url',
} satisfies SettingKinds;

/** All settings of an owned number. */
export const NUMBER_SETTINGS = {
  ...WEBHOOK_SETTINGS,
  emergencyStatus: 'text',
  voiceReceiveMode: 'text',
} satisfies SettingKinds;

/** Formats an owned number; see https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource. */
export function formatNumber(accountSid: string, number: OwnedNumber) {
  const { settings } = number;
  return {
    account_sid: accountSid,
    address_requirements: 'none',
    address_sid: null,
    api_version: '2010-04-01',
    beta: false,
    bundle_sid: null,
    capabilities: findBlock(number.phoneNumber)?.capabilities,
    date_created: formatTime(number.createdAt),
    date_updated: formatTime(number.updatedAt),
    emergency_address_sid: null,
    emergency_address_status: 'unregistered',
    emergency_status: settings.emergencyStatus ?? 'Inactive',
    friendly_name: number.friendlyName,
    identity_sid: null,
    origin: 'twilio',
    phone_number: number.phoneNumber,
    sid: number.sid,
    status: 'in-use',
    trunk_sid: null,
    type: number.type,
    uri: `${accountPath(accountSid)}/IncomingPhoneNumbers/${number.sid}.json`,
    voice_receive_mode: settings.voiceReceiveMode ?? 'voice',
    ...formatSettings(WEBHOOK_SETTINGS, settings, ''),
  };
}
