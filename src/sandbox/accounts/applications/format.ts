// The JSON of a TwiML app, and its settings.
import { formatTime } from '../../platform/formats.js';
import { accountPath } from '../../server/paths.js';
import { formatSettings, type SettingKinds } from '../../webhooks/settings.js';
import type { Application } from './store.js';

/** The settings of a TwiML app. */
export const APPLICATION_SETTINGS = {
  messageStatusCallback: 'url',
  smsFallbackMethod: 'method',
  smsFallbackUrl: 'url',
  smsMethod: 'method',
  smsStatusCallback: 'url',
  smsUrl: 'url',
  statusCallback: 'url',
  statusCallbackMethod: 'method',
  voiceCallerIdLookup: 'flag',
  voiceFallbackMethod: 'method',
  voiceFallbackUrl: 'url',
  voiceMethod: 'method',
  voiceUrl: 'url',
  publicApplicationConnectEnabled: 'flag',
} satisfies SettingKinds;

/** Returns the URL for status callbacks of messages; two settings can hold it. Undefined if neither is set. */
export function findMessageStatusCallback({ settings }: Application): string | undefined {
  const url = settings.messageStatusCallback ?? settings.smsStatusCallback;
  return url === undefined ? undefined : String(url);
}

/** Formats a TwiML app; see https://www.twilio.com/docs/usage/api/applications. */
export function formatApplication(accountSid: string, application: Application) {
  const fields = formatSettings(APPLICATION_SETTINGS, application.settings, null);
  return {
    account_sid: accountSid,
    api_version: '2010-04-01',
    date_created: formatTime(application.createdAt),
    date_updated: formatTime(application.updatedAt),
    friendly_name: application.friendlyName,
    sid: application.sid,
    uri: `${accountPath(accountSid)}/Applications/${application.sid}.json`,
    ...fields,
    message_status_callback: fields.message_status_callback ?? fields.sms_status_callback ?? null,
    sms_status_callback: fields.sms_status_callback ?? fields.message_status_callback ?? null,
  };
}
