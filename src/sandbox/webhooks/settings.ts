// The webhook settings of a resource, such as `SmsUrl` of a number: read from forms, stored as JSON, shown in answers.
import { findFlag } from '../server/form.js';
import { TwilioProblem } from '../server/problem.js';
import type { Destination } from './webhook.js';
import { isWebUrl } from './webhook-url.js';

/** The kind of a setting's value. */
export type SettingKind = 'url' | 'method' | 'flag' | 'application' | 'text';

/** The settings that a resource has, by camelCase name: `smsUrl` is the parameter `SmsUrl` and the field `sms_url`. */
export type SettingKinds = Readonly<Record<string, SettingKind>>;

/** The values of settings; one that is not set is missing. */
export type WebhookSettings = { readonly [name: string]: string | boolean };

/**
 * Applies a form to settings; an empty parameter unsets its setting.
 *
 * @param isApplication returns true if a TwiML app with that SID exists
 * @throws TwilioProblem 21402, 21403, 21420 or 20422 for a bad URL, method, application or flag.
 */
export function applyForm(
  kinds: SettingKinds,
  current: WebhookSettings,
  form: URLSearchParams,
  isApplication: (sid: string) => boolean,
): WebhookSettings {
  const settings: Record<string, string | boolean> = { ...current };
  for (const [name, kind] of Object.entries(kinds)) {
    const parameter = name.charAt(0).toUpperCase() + name.slice(1);
    if (!form.has(parameter)) continue;
    const value = readSetting(kind, parameter, form);
    if (kind === 'application' && value) verifyApplication(String(value), isApplication);
    if (value === undefined) delete settings[name];
    else settings[name] = value;
  }
  return settings;
}

function readSetting(
  kind: SettingKind,
  parameter: string,
  form: URLSearchParams,
): string | boolean | undefined {
  if (kind === 'flag') return findFlag(form, parameter);
  const value = form.get(parameter) || undefined;
  if (value === undefined) return undefined;
  if (kind === 'url' && !isWebUrl(value))
    throw new TwilioProblem(400, 21402, `${parameter} is not valid: ${value}`);
  return kind === 'method' ? readMethod(parameter, value) : value;
}

function readMethod(parameter: string, value: string): string {
  const method = value.toUpperCase();
  if (method === 'GET' || method === 'POST') return method;
  throw new TwilioProblem(400, 21403, `${parameter} is not valid: ${value}`);
}

function verifyApplication(sid: string, isApplication: (sid: string) => boolean): void {
  if (isApplication(sid)) return;
  throw new TwilioProblem(400, 21420, `ApplicationSid ${sid} is not accessible`);
}

/** The destination in a URL setting and its method setting; undefined if the URL is not set. */
export function findDestination(
  settings: WebhookSettings,
  url: string,
  method: string,
): Destination | undefined {
  const value = settings[url];
  return value === undefined ? undefined : { url: String(value), method: String(settings[method] ?? 'POST') };
}

/** The wire fields of all settings; `unset` is the value of URLs, SIDs and texts that are not set. */
export function formatSettings(kinds: SettingKinds, settings: WebhookSettings, unset: string | null) {
  const fields: Record<string, string | boolean | null> = {};
  for (const [name, kind] of Object.entries(kinds)) {
    const field = name.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
    fields[field] = settings[name] ?? (kind === 'flag' ? false : kind === 'method' ? 'POST' : unset);
  }
  return fields;
}

/**
 * Checks that each fallback URL has a primary URL.
 *
 * @throws TwilioProblem 21405 or 21406.
 */
export function verifyFallbacks(settings: WebhookSettings): void {
  if (settings.voiceFallbackUrl && !settings.voiceUrl) {
    throw new TwilioProblem(400, 21405, 'Cannot set VoiceFallbackUrl without setting VoiceUrl');
  }
  if (settings.smsFallbackUrl && !settings.smsUrl) {
    throw new TwilioProblem(400, 21406, 'Cannot set SmsFallbackUrl without setting SmsUrl');
  }
}
