// What of the settings is meant for the sandbox, where `.env` may hold those of a live account that stays as it is.
import { findOriginFault } from '../../../public-origin.js';
import { isSandboxSid } from '../../../sandbox-sid.js';
import type { LoadedSettings } from '../../../settings/load.js';
import type { SettingName, Settings } from '../../../settings/schema.js';
import type { CommandContext } from '../../core/command-context.js';

/** What says nothing about an account. */
const KEPT: readonly SettingName[] = ['stateDir', 'timeout'];
/** What belongs to the account that is named beside it. */
const OF_ACCOUNT: readonly SettingName[] = ['mainNumber', 'applicationSid'];

/** The same ground without settings of a live account, and without a public base that only a tunnel would lead to. */
export function forSandbox(context: CommandContext): CommandContext {
  const { values, sources } = context.loaded;
  const isOurs = isSandboxSid(values.accountSid ?? '');
  const names = [...KEPT, ...(isOurs ? OF_ACCOUNT : []), ...(isPublicUrlMeant(context.loaded) ? PUBLIC : [])];
  const kept = names.filter((name) => values[name] !== undefined);
  return {
    ...context,
    loaded: {
      values: Object.fromEntries(kept.map((name) => [name, values[name]])) as Settings,
      // As if all stood in `.env`: what another sandbox left is replaced, and not refused.
      sources: Object.fromEntries(kept.map((name) => [name, name === 'publicUrl' ? sources[name] : '.env'])),
      ignored: [],
    },
  };
}

const PUBLIC: readonly SettingName[] = ['publicUrl'];

/** One in `.env` is, when it is this machine: where nothing else is said the app is at its usual port. */
function isPublicUrlMeant({ values: { publicUrl }, sources }: LoadedSettings): boolean {
  if (publicUrl === undefined || sources.publicUrl !== '.env') return publicUrl !== undefined;
  return findOriginFault(publicUrl, true) === undefined && findOriginFault(publicUrl, false) !== undefined;
}
