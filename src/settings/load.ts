// Loads the settings of one run, and remembers whether each came from a flag, the environment or .env.
import { RelayPhoneError } from '../errors.js';
import { findCredentialForm, findUnusableForm, type SecretForm } from '../secret-forms.js';
import {
  SECRET_SETTINGS,
  SETTING_SOURCES,
  type SettingName,
  type Settings,
  settingsSchema,
  TRUST_VARIABLES,
} from './schema.js';

/** The place that a value came from. */
export type SettingSource = 'flag' | 'environment' | '.env';

/** A setting whose value is a reference or ciphertext, and not the value itself. */
export interface UnresolvedSetting {
  readonly name: SettingName;
  /** The variable or the flag, such as `TWILIO_AUTH_TOKEN`. */
  readonly key: string;
  readonly source: SettingSource;
  readonly form: SecretForm;
}

/** The settings and their sources. */
export interface LoadedSettings {
  readonly values: Settings;
  readonly sources: Readonly<Partial<Record<SettingName, SettingSource>>>;
  /** One sentence for each value in `.env` that was ignored: it is malformed, or counts only elsewhere. */
  readonly ignored: readonly string[];
  /** The settings that are references or ciphertext; see `verifyResolved`. They count as missing. */
  readonly unresolved: readonly UnresolvedSetting[];
}

/** The places settings are read from. */
export interface SettingPlaces {
  readonly flags: Readonly<Partial<Record<SettingName, string | undefined>>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly envFile: ReadonlyMap<string, string>;
}

interface Found {
  readonly raw: string;
  readonly source: SettingSource;
  /** The variable or the flag. */
  readonly key: string;
  /** The same, with its place. */
  readonly name: string;
}

/** The settings that decide how a command starts: they must be readable at once. */
const NEEDED_FIRST: ReadonlySet<SettingName> = new Set(['target', 'stateDir', 'timeout']);

/** The settings whose values are letters and digits alone. */
const CREDENTIALS: ReadonlySet<SettingName> = new Set(['accountSid', 'authToken']);

/**
 * Looks each setting up in the order flag, environment, `.env`; an empty value counts as missing.
 *
 * @param onFault receives the error of a malformed value of the environment or `.env`, which then counts as missing.
 *   Default: throws the error
 * @throws RelayPhoneError `usage` for a malformed value. The message does not quote the value: it may be a secret.
 */
export function loadSettings(places: SettingPlaces, onFault = raise): LoadedSettings {
  const values: Record<string, unknown> = {};
  const sources: Partial<Record<SettingName, SettingSource>> = {};
  const unresolved: UnresolvedSetting[] = [];
  const ignored = TRUST_VARIABLES.filter((name) => places.envFile.get(name)).map(
    (name) => `${name} in the env file, which may come with a repository: set it in the environment`,
  );
  for (const name of Object.keys(SETTING_SOURCES) as SettingName[]) {
    const found = findSetting(places, name);
    if (!found) continue;
    const form = CREDENTIALS.has(name) ? findCredentialForm(found.raw) : findUnusableForm(found.raw);
    if (form && !NEEDED_FIRST.has(name)) {
      unresolved.push({ name, key: found.key, source: found.source, form });
      continue;
    }
    if (form) {
      onFault(malformed(name, found, `${found.name} is ${form.name}`));
      continue;
    }
    const parsed = settingsSchema.shape[name].safeParse(found.raw);
    if (parsed.success) {
      values[name] = parsed.data;
      sources[name] = found.source;
    } else {
      const problem = `${found.name} ${parsed.error.issues[0]?.message ?? 'is malformed'}`;
      const isReplaced = found.source === '.env' && SETTING_SOURCES[name].written;
      if (isReplaced) ignored.push(problem);
      else (found.source === 'flag' ? raise : onFault)(malformed(name, found, problem));
    }
  }
  return { values, sources, ignored, unresolved };
}

function raise(error: RelayPhoneError): void {
  throw error;
}

function findSetting(places: SettingPlaces, name: SettingName): Found | undefined {
  const { environment, envFile } = SETTING_SOURCES[name];
  const flag = places.flags[name];
  const suffix = SECRET_SETTINGS.has(name) ? '-file' : '';
  const option = `--${kebab(name)}${suffix}`;
  if (flag) return { raw: flag, source: 'flag', key: option, name: option };
  for (const variable of environment) {
    const raw = places.environment[variable];
    if (raw) return { raw, source: 'environment', key: variable, name: `${variable} in the environment` };
  }
  for (const key of envFile) {
    const raw = places.envFile.get(key);
    if (raw) return { raw, source: '.env', key, name: `${key} in the env file` };
  }
  return undefined;
}

function malformed(name: SettingName, found: Found, problem: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: `read ${SETTING_SOURCES[name].title}`,
    reason: problem,
    tryNext: [found.source === 'flag' ? 'relay-phone --help' : `correct ${found.name}`],
  });
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
