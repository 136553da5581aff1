// The webhook fields of a TwiML app: what they should be, and whether they still are.
import type { ApplicationInstance } from '../twilio/client.js';
import { explaining, explainTwilioFailure, isNotFound } from '../twilio/failure.js';
import { type AppFields, appFields, type SomeAppFields } from './changes.js';
import type { Setup } from './setup.js';

/** The names of the fields, in the order they are shown. */
export const FIELD_NAMES = Object.keys(appFields.shape) as (keyof AppFields)[];

const NAME_LIMIT = 64;

/** The webhook fields of an app under `base`; both text status callbacks, because Relay reads one, Twilio the other. */
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

/** The same for an app that may have paths of its own: each of its URLs is moved under `base` as it is. */
export function moveUnder(base: string, app?: ApplicationInstance): AppFields {
  const ours = webhooksUnder(base);
  const moved = FIELD_NAMES.map((name) => {
    const url = app && name in URL_METHODS ? fieldOf(app, name) : '';
    return [name, URL.canParse(url) ? base + pathOf(url) : ours[name]] as const;
  });
  const fields: Record<string, string> = Object.fromEntries(moved);
  for (const [url, method] of Object.entries(URL_METHODS)) {
    if (app && method && fieldOf(app, url as keyof AppFields)) fields[method] = fieldOf(app, method);
  }
  return appFields.parse(fields);
}

/** Which fields are URLs, each with the field of its method; the status callbacks of texts are always POST. */
const URL_METHODS: Readonly<Partial<Record<keyof AppFields, keyof AppFields | null>>> = {
  voiceUrl: 'voiceMethod',
  statusCallback: 'statusCallbackMethod',
  smsUrl: 'smsMethod',
  smsStatusCallback: null,
  messageStatusCallback: null,
};

/** As it is written there: a URL parser would write it in its own way, and Twilio signs it as it is. */
function pathOf(url: string): string {
  return url.replace(/^[a-z]+:\/\/[^/?#]*/i, '');
}

/** `<host> Relay`, cut to the 64 characters Twilio takes. */
export function appNameFor(base: string): string {
  const suffix = ' Relay';
  return `${new URL(base).host.slice(0, NAME_LIMIT - suffix.length)}${suffix}`;
}

/** A field of an app; Twilio gives null for one that is not set. */
export function fieldOf(app: ApplicationInstance, name: keyof AppFields): string {
  return (app[name] as string | null) ?? '';
}

/** The fields of an app, as they are. */
export function fieldsOf(app: ApplicationInstance): AppFields {
  return Object.fromEntries(FIELD_NAMES.map((name) => [name, fieldOf(app, name)])) as AppFields;
}

/** The fields of `wanted` in which the app differs. */
export function differingFields(app: ApplicationInstance, wanted: SomeAppFields): (keyof AppFields)[] {
  return FIELD_NAMES.filter((name) => name in wanted && fieldOf(app, name) !== wanted[name]);
}

/** Fetches an app; undefined when the account has none with this SID. */
export async function findApp(setup: Setup, sid: string): Promise<ApplicationInstance | undefined> {
  try {
    return await setup.client.account.applications(sid).fetch();
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw explainTwilioFailure(`look for the TwiML app ${sid}`, error);
  }
}

/** The app with exactly this friendly name; undefined when the account has none. */
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
