// Settings that are references or ciphertext of a secret manager, which only that manager resolves.
import { RelayPhoneError } from '../errors.js';
import type { LoadedSettings, UnresolvedSetting } from './load.js';
import type { SettingName } from './schema.js';

/** What needs the settings. */
export interface SettingsUse {
  /** The command, to run again through the secret manager. */
  readonly command: string;
  readonly envPath: string;
}

/** Returns what is wrong with the setting, as a clause that names the key, its source and the form, but not the value. */
export function describeUnresolved({ key, source, form }: UnresolvedSetting, envPath: string): string {
  const where = source === 'flag' ? '' : source === '.env' ? ` in ${envPath}` : ' in the environment';
  return `${key}${where} is ${form.name}`;
}

/** Returns what to run so that the setting is resolved. */
export function adviseUnresolved(
  { key, source, form }: UnresolvedSetting,
  { command, envPath }: SettingsUse,
): string {
  return form.advise({ command, key, envPath: source === '.env' ? envPath : undefined });
}

/**
 * Verifies that no needed setting is a reference or ciphertext.
 *
 * @param isNeeded default: every setting is needed
 * @throws RelayPhoneError `needsUser`, which names each with its source, its form and the command that resolves it
 */
export function verifyResolved(
  { unresolved }: Pick<LoadedSettings, 'unresolved'>,
  use: SettingsUse,
  isNeeded: (name: SettingName) => boolean = () => true,
): void {
  const needed = unresolved.filter(({ name }) => isNeeded(name));
  const [first] = needed;
  if (!first) return;
  const lines = needed.map((one) => describeUnresolved(one, use.envPath));
  throw new RelayPhoneError({
    kind: 'needsUser',
    task: 'read the settings',
    ...(needed.length === 1
      ? { reason: lines[0] ?? '' }
      : { reason: 'they are references or ciphertext, not the values themselves', details: lines }),
    tryNext: [...new Set(needed.map((one) => adviseUnresolved(one, use)))],
  });
}
