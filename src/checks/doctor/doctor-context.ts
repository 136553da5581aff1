// Everything that the checks look at, and the ports through which they see it.

import type { RelayPhoneError } from '../../errors.js';
import type { CheckoutRow } from '../../firefox-relay/inspect.js';
import type { EnvFile } from '../../settings/env-file/read.js';
import type { LoadedSettings } from '../../settings/load.js';
import type { NgrokEdge } from '../../tunnel/ngrok/edge.js';
import type { NgrokSettingSources } from '../../tunnel/ngrok/settings.js';
import type { Check } from '../check.js';
import type { AccountView } from './account-view.js';

/** Everything that the checks of `doctor` can see. What costs time is a function, called only by the checks that need it. */
export interface DoctorContext {
  /** `process.version`. */
  readonly nodeVersion: string;
  /** Files without which some command does not work, relative to the root of the package. */
  readonly packageFiles: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly envPath: string;
  /** Undefined if it does not exist or cannot be read. */
  readonly envFile: EnvFile | undefined;
  /** Why the `.env` file cannot be read. */
  readonly envFault: RelayPhoneError | undefined;
  /** What is wrong with settings; they count as absent. */
  readonly settingFaults: readonly RelayPhoneError[];
  readonly loaded: LoadedSettings;
  readonly statePath: string;
  /** Undefined when nothing says which. */
  readonly target: 'live' | 'sandbox' | undefined;
  /** Whether the state folder has a sandbox, and where one runs. */
  findSandbox(): Promise<{ readonly exists: boolean; readonly origin: string | undefined }>;
  /**
   * Signs in, the first time it is asked.
   *
   * @throws RelayPhoneError if the credentials are missing or malformed
   */
  openAccount(): Promise<AccountView>;
  /** Where the app is on this machine, without a slash at its end. */
  findAppOrigin(): Promise<string>;
  readonly ngrok: {
    readonly places: NgrokSettingSources;
    /** @throws RelayPhoneError `usage` when its certificate cannot be read. */
    readEdge(): NgrokEdge;
  };
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds for one answer of the app's or the public base's. */
  readonly timeoutMs: number;
  /** Inspects the Relay checkout; undefined if the folder is not one. */
  readonly inspectCheckout: (() => Promise<readonly CheckoutRow[]>) | undefined;
}

/** The public base, an origin without a slash at its end; undefined when none is set, or it is no URL. */
export function findConfiguredPublicBase({ loaded }: Pick<DoctorContext, 'loaded'>): string | undefined {
  const { publicUrl } = loaded.values;
  return publicUrl !== undefined && URL.canParse(publicUrl) && /^https?:/i.test(publicUrl)
    ? new URL(publicUrl).origin
    : undefined;
}

/** Any check of `doctor`. */
export type DoctorCheck = Check<string, DoctorContext>;

/** Returns the check; its type makes sure that it finds only what it lists. */
export function createDoctorCheck<Id extends string>(
  check: Check<Id, DoctorContext>,
): Check<Id, DoctorContext> {
  return check;
}
