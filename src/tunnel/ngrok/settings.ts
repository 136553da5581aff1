// Finds ngrok's authtoken and domain in a flag, the environment, `.env` or `ngrok.yml`, in this order.
import { RelayPhoneError } from '../../errors.js';
import { findSecretForm } from '../../secret-forms.js';
import type { NgrokYmlFile, NgrokYmlFiles } from '../ngrok-yml/ngrok-yml.js';
import type { SourcedValue } from '../tunnel.js';
import { formatRedacted } from './redact.js';

const AUTHTOKEN_VARIABLE = 'NGROK_AUTHTOKEN';
const AUTHTOKEN_PAGE = 'https://dashboard.ngrok.com/get-started/your-authtoken';

/**
 * Finds the authtoken: from the flag, then `NGROK_AUTHTOKEN` of the environment, then of `.env`, then the first
 * `ngrok.yml` that has one. Empty values are skipped. Returns undefined if no source has one.
 *
 * @throws RelayPhoneError `usage` if the value does not look like an authtoken; the message does not show it
 */
export function findAuthtoken(
  flag: SourcedValue | undefined,
  sources: NgrokSettingSources,
): SourcedValue | undefined {
  const [found] = listSettingValues(AUTHTOKEN_VARIABLE, flag, sources, ({ authtoken }) => authtoken);
  return found && verifyTokenFormat(found, sources);
}

/**
 * Finds the authtoken as {@link findAuthtoken} does.
 *
 * @throws RelayPhoneError `needsUser` if no source has one, listing the sources; if an `ngrok.yml` cannot be read, its
 * error
 */
export function verifyAuthtoken(flag: SourcedValue | undefined, sources: NgrokSettingSources): SourcedValue {
  const found = findAuthtoken(flag, sources);
  if (found) return found;
  const [fault] = sources.yml.faults;
  throw fault ?? noAuthtoken(sources);
}

function verifyTokenFormat(found: SourcedValue, sources: NgrokSettingSources): SourcedValue {
  verifyIsValue(found, sources, { key: AUTHTOKEN_VARIABLE, task: "read ngrok's authtoken" });
  if (/^[\x21-\x7e]{1,500}$/.test(found.value) && !/["'=:]/.test(found.value)) return found;
  throw new RelayPhoneError({
    kind: 'usage',
    task: "read ngrok's authtoken",
    reason: `${found.source} contains more than an authtoken, or something else`,
    tryNext: [`copy only the authtoken, without a command or quotes, from ${AUTHTOKEN_PAGE}`],
  });
}

function noAuthtoken({ envFile, yml }: NgrokSettingSources): RelayPhoneError {
  const fileWithApiKey = yml.files.find(({ hasApiKey }) => hasApiKey);
  const searched = ['the environment', envFile?.path, ...yml.files.map(({ path }) => path)].filter(Boolean);
  return new RelayPhoneError({
    kind: 'needsUser',
    task: "find ngrok's authtoken",
    reason: fileWithApiKey
      ? `${fileWithApiKey.path} contains an api_key, which is for ngrok's REST API, but no authtoken`
      : `it is not in ${searched.join(', ')}`,
    tryNext: [
      `set ${AUTHTOKEN_VARIABLE}=… in .env, copied from ${AUTHTOKEN_PAGE} (a free account is enough)`,
      'ngrok config add-authtoken, if you have the ngrok agent',
      '--url https://…, with the address of any other tunnel to this machine',
    ],
    more: 'https://ngrok.com/docs/agent/config',
  });
}

const DOMAIN_VARIABLE = 'NGROK_DOMAIN';
const HOST_NAME = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;

/**
 * Finds the domain as a bare host name: from the flag, then `NGROK_DOMAIN` of the environment, then of `.env`, then the
 * first `ngrok.yml` that has one for Relay. Returns undefined if no source has one: ngrok then uses the account's dev
 * domain.
 *
 * @throws RelayPhoneError `usage` if the value is not a host name
 */
export function findDomain(
  flag: SourcedValue | undefined,
  sources: NgrokSettingSources,
): SourcedValue | undefined {
  for (const { value, source } of listSettingValues(DOMAIN_VARIABLE, flag, sources, ({ domain }) => domain)) {
    const domain = stripUrl(value);
    if (domain !== '') return verifyHost({ value: domain, source }, sources);
  }
  return undefined;
}

/** Returns the host name of a pasted URL, because ngrok refuses URLs. */
function stripUrl(raw: string): string {
  return raw
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/(?<!\/)\/+$/, '');
}

function verifyHost(found: SourcedValue, sources: NgrokSettingSources): SourcedValue {
  verifyIsValue(found, sources, { key: DOMAIN_VARIABLE, task: 'use the ngrok domain' });
  if (HOST_NAME.test(found.value)) return found;
  throw new RelayPhoneError({
    kind: 'usage',
    task: 'use the ngrok domain',
    reason: `${formatRedacted(found.value, '')} (from ${found.source}) is not a host name such as your-name.ngrok-free.app`,
    tryNext: [
      'copy the domain from https://dashboard.ngrok.com/domains',
      "set no domain: ngrok then uses the account's dev domain",
    ],
  });
}

/** @throws RelayPhoneError `needsUser` for a reference or ciphertext of a secret manager */
function verifyIsValue(
  { value, source }: SourcedValue,
  { envFile }: NgrokSettingSources,
  { key, task }: { readonly key: string; readonly task: string },
): void {
  const form = findSecretForm(value);
  if (!form) return;
  const reason = `${source} is ${form.name}`;
  const envPath = source === `${key} in ${envFile?.path}` ? envFile?.path : undefined;
  const tryNext = [form.advise({ command: 'tunnel', key, envPath })];
  throw new RelayPhoneError({ kind: 'needsUser', task, reason, tryNext });
}

/** The sources of ngrok's settings besides flags. */
export interface NgrokSettingSources {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The `.env` file; undefined if there is none. */
  readonly envFile: { readonly path: string; readonly values: ReadonlyMap<string, string> } | undefined;
  readonly yml: NgrokYmlFiles;
}

/**
 * Lists all values of a setting, in the order of precedence: the flag, the variable in the environment, the variable in
 * `.env`, each `ngrok.yml`. Values are trimmed, and empty ones are left out.
 */
function listSettingValues(
  variable: string,
  flag: SourcedValue | undefined,
  { environment, envFile, yml }: NgrokSettingSources,
  find: (file: NgrokYmlFile) => string | undefined,
): SourcedValue[] {
  const values = [
    { value: flag?.value, source: flag?.source ?? '' },
    { value: environment[variable], source: `${variable} in the environment` },
    { value: envFile?.values.get(variable), source: `${variable} in ${envFile?.path}` },
    ...yml.files.map((file) => ({ value: find(file), source: file.path })),
  ];
  return values.flatMap(({ value, source }) => (value?.trim() ? [{ value: value.trim(), source }] : []));
}
