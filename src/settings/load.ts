// Gathers the settings of one run and remembers where each came from: flag, environment, .env.
import { RelayPhoneError } from '../errors.js';
import {
  SECRET_SETTINGS,
  SETTING_SOURCES,
  type SettingName,
  type Settings,
  settingsSchema,
} from './schema.js';

/** Where a value came from. */
export type SettingSource = 'flag' | 'environment' | '.env';

/** The settings and their sources. */
export interface LoadedSettings {
  readonly values: Settings;
  readonly sources: Readonly<Partial<Record<SettingName, SettingSource>>>;
  /** Sentences about values in `.env` that were passed over because they are malformed. */
  readonly ignored: readonly string[];
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
  readonly name: string;
}

/**
 * Resolves every setting in the order flag, environment, `.env`; an empty value counts as none.
 *
 * @param onFault gets what is wrong with a value that no flag gave, which then counts as none. Default: throws it
 * @throws RelayPhoneError `usage` for a malformed value. The value itself is not shown: it may be a secret.
 */
export function loadSettings(places: SettingPlaces, onFault = raise): LoadedSettings {
  const values: Record<string, unknown> = {};
  const sources: Partial<Record<SettingName, SettingSource>> = {};
  const ignored: string[] = [];
  for (const name of Object.keys(SETTING_SOURCES) as SettingName[]) {
    const found = findSetting(places, name);
    if (!found) continue;
    const parsed = settingsSchema.shape[name].safeParse(found.raw);
    if (parsed.success) {
      values[name] = parsed.data;
      sources[name] = found.source;
    } else {
      const complaint = `${found.name} ${parsed.error.issues[0]?.message ?? 'is malformed'}`;
      const isReplaced = found.source === '.env' && SETTING_SOURCES[name].written;
      if (isReplaced) ignored.push(complaint);
      else (found.source === 'flag' ? raise : onFault)(malformed(name, found, complaint));
    }
  }
  return { values, sources, ignored };
}

function raise(error: RelayPhoneError): void {
  throw error;
}

function findSetting(places: SettingPlaces, name: SettingName): Found | undefined {
  const { environment, envFile } = SETTING_SOURCES[name];
  const flag = places.flags[name];
  const suffix = SECRET_SETTINGS.has(name) ? '-file' : '';
  if (flag) return { raw: flag, source: 'flag', name: `--${kebab(name)}${suffix}` };
  for (const variable of environment) {
    const raw = places.environment[variable];
    if (raw) return { raw, source: 'environment', name: `${variable} in the environment` };
  }
  for (const key of envFile) {
    const raw = places.envFile.get(key);
    if (raw) return { raw, source: '.env', name: `${key} in the env file` };
  }
  return undefined;
}

function malformed(name: SettingName, found: Found, complaint: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: `read ${SETTING_SOURCES[name].title}`,
    reason: complaint,
    tryNext: [found.source === 'flag' ? 'relay-phone --help' : `correct ${found.name}`],
  });
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
