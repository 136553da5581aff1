// Every setting: its form, and its names in the environment and in .env.
import * as z from 'zod';

const sid = (prefix: string) =>
  z.string().regex(new RegExp(`^${prefix}[0-9a-fA-F]{32}$`), `is not a SID (${prefix} and 32 hex digits)`);

const phoneNumber = z
  .string()
  .regex(/^\+[1-9]\d{6,14}$/, 'is not a phone number in E.164 form, such as +12025550123');

/** The form of each setting. Error messages complete the sentence "<setting> …". */
export const settingsSchema = z.object({
  target: z.enum(['live', 'sandbox'], 'is neither live nor sandbox').optional(),
  accountSid: z.string().optional(),
  authToken: z.string().optional(),
  mainNumber: phoneNumber.optional(),
  applicationSid: sid('AP').optional(),
  publicUrl: z.string().optional(),
  realNumber: phoneNumber.optional(),
  stateDir: z.string().optional(),
  apiToken: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'contains characters that a token cannot have')
    .optional(),
  timeout: z.coerce.number('is not a number of seconds').positive('must be more than 0 seconds').optional(),
});

/** The settings of one run. Account SID, auth token and public URL are checked where they are used, with better messages. */
export type Settings = z.infer<typeof settingsSchema>;

/** The name of a setting. */
export type SettingName = keyof Settings;

/** Where a setting is read from, besides its flag. */
interface SettingDefinition {
  /** Its name in messages. */
  readonly title: string;
  /** Its environment variables; the first that is set wins. */
  readonly environment: readonly string[];
  /** Its names in `.env`. */
  readonly envFile: readonly string[];
  /** True if `init` writes it to `.env`: a malformed value there is replaced, not refused. */
  readonly written: boolean;
}

const both = (title: string, name: string, written = false): SettingDefinition => ({
  title,
  environment: [name],
  envFile: [name],
  written,
});

/** The settings whose values are never shown. */
export const SECRET_SETTINGS: ReadonlySet<SettingName> = new Set(['authToken', 'apiToken']);

/**
 * The variables that decide what is trusted. They count only in the process environment: a `.env` file may have come
 * with a repository.
 */
export const TRUST_VARIABLES = [
  'RELAY_PHONE_STATE_DIR',
  'RELAY_PHONE_ADOPT',
  'RELAY_PHONE_TRUST_CHECKOUT',
] as const;

/** The places of each setting. */
export const SETTING_SOURCES: Readonly<Record<SettingName, SettingDefinition>> = {
  target: both('the target', 'RELAY_PHONE_TARGET'),
  accountSid: both('the account SID', 'TWILIO_ACCOUNT_SID'),
  authToken: both('the auth token', 'TWILIO_AUTH_TOKEN'),
  mainNumber: both('the main number', 'TWILIO_MAIN_NUMBER', true),
  applicationSid: both('the TwiML app', 'TWILIO_SMS_APPLICATION_SID', true),
  publicUrl: {
    title: 'the public base',
    environment: ['RELAY_PHONE_PUBLIC_URL', 'SITE_ORIGIN'],
    envFile: ['RELAY_PHONE_PUBLIC_URL', 'SITE_ORIGIN'],
    written: true,
  },
  realNumber: both('the real number', 'RELAY_PHONE_REAL_NUMBER'),
  stateDir: {
    title: 'the state folder',
    environment: ['RELAY_PHONE_STATE_DIR'],
    envFile: [],
    written: false,
  },
  apiToken: both("the token of the app's API", 'RELAY_PHONE_API_TOKEN'),
  timeout: both('the timeout', 'RELAY_PHONE_TIMEOUT'),
};
