// The webhook fields of a TwiML app: Relay's URLs, how to move an app's own URLs, and which fields differ.
import type { ApplicationInstance } from '../twilio/client.js';
import { explaining, explainTwilioFailure, isNotFound } from '../twilio/failure.js';
import { type AppFields, appFields, type SomeAppFields } from './changes.js';
import type { Setup } from './setup.js';

/** The names of the fields, in the order in which they are shown. */
export const FIELD_NAMES = Object.keys(appFields.shape) as (keyof AppFields)[];

/** Twilio's limit for a friendly name, in characters. */
const FRIENDLY_NAME_LIMIT = 64;

/**
 * Returns the fields of an app for a Relay at `base`. Both status callbacks of texts are set: Relay reads
 * `smsStatusCallback`, Twilio reads `messageStatusCallback`.
 */
export function webhooksUnder(base: string): AppFields {
  const api = `${base}/api/v1`;
  return {
    voiceUrl: `${api}/inbound_call`,
    voiceMethod: 'POST',
    statusCallback: `${api}/voice_status`,
    statusCallbackMethod: 'POST',
    smsUrl: `${api}/inbound_sms`,
    smsMethod: 'POST',
    smsStatusCallback: `${api}/sms_status`,
    messageStatusCallback: `${api}/sms_status`,
  };
}

/**
 * Returns the app's own fields with each URL moved under `base`; missing URLs become Relay's. Its path stays, and its user
 * name and password, which Twilio sends to the app.
 */
export function moveUnder(base: string, app?: ApplicationInstance): AppFields {
  const ours = webhooksUnder(base);
  const moved = FIELD_NAMES.map((name) => {
    const url = app && name in URL_METHODS ? fieldOf(app, name) : '';
    return [name, URL.canParse(url) ? withCredentials(base, url) + pathOf(url) : ours[name]] as const;
  });
  const fields: Record<string, string> = Object.fromEntries(moved);
  for (const [url, method] of Object.entries(URL_METHODS)) {
    if (app && method && fieldOf(app, url as keyof AppFields)) fields[method] = fieldOf(app, method);
  }
  return appFields.parse(fields);
}

/** The URL fields, each with the field of its HTTP method; Twilio always posts the status callbacks of texts. */
const URL_METHODS: Readonly<Partial<Record<keyof AppFields, keyof AppFields | null>>> = {
  voiceUrl: 'voiceMethod',
  statusCallback: 'statusCallbackMethod',
  smsUrl: 'smsMethod',
  smsStatusCallback: null,
  messageStatusCallback: null,
};

/** Cuts the text instead of parsing it: Twilio signs the URL as it is written, and a parser would rewrite it. */
function pathOf(url: string): string {
  return url.replace(/^[a-z]+:\/\/[^/?#]*/i, '');
}

/** Returns `base` with the user name and password of `url`, if it has them. */
function withCredentials(base: string, url: string): string {
  const [, credentials = ''] = /^[a-z]+:\/\/([^/?#]*@)/i.exec(url) ?? [];
  return base.replace('//', () => `//${credentials}`);
}

/** Returns the path and query of a URL under `base`, with or without a user name and password; undefined if it is elsewhere. */
export function findPathUnder(base: string, url: string): string | undefined {
  const path = pathOf(url);
  return path.startsWith('/') && url === withCredentials(base, url) + path ? path : undefined;
}

/** Returns the friendly name of the app of a public base: `<host> Relay`, cut to 64 characters. */
export function appNameFor(base: string): string {
  const suffix = ' Relay';
  return `${new URL(base).host.slice(0, FRIENDLY_NAME_LIMIT - suffix.length)}${suffix}`;
}

/** Returns a field of an app; empty if it is not set (null at Twilio). */
export function fieldOf(app: ApplicationInstance, name: keyof AppFields): string {
  return (app[name] as string | null) ?? '';
}

/** Returns all webhook fields of an app. */
export function fieldsOf(app: ApplicationInstance): AppFields {
  return Object.fromEntries(FIELD_NAMES.map((name) => [name, fieldOf(app, name)])) as AppFields;
}

/** Returns the names of the fields in `wanted` whose value the app does not have. */
export function differingFields(app: ApplicationInstance, wanted: SomeAppFields): (keyof AppFields)[] {
  return FIELD_NAMES.filter((name) => name in wanted && fieldOf(app, name) !== wanted[name]);
}

/** Fetches an app by its SID; undefined if the account has none. @throws RelayPhoneError `refused` or `network` */
export async function findApp(setup: Setup, sid: string): Promise<ApplicationInstance | undefined> {
  try {
    return await setup.client.account.applications(sid).fetch();
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw explainTwilioFailure(`look for the TwiML app ${sid}`, error);
  }
}

/** Finds the app with exactly this friendly name; undefined if the account has none. */
export async function findNamedApp(
  setup: Setup,
  friendlyName: string,
): Promise<ApplicationInstance | undefined> {
  const rows = await explaining(
    'look for the TwiML app',
    setup.client.account.applications.list({ friendlyName, limit: 20 }),
  );
  return rows.find((row) => row.friendlyName === friendlyName);
}
