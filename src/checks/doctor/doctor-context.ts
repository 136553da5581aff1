// The context of doctor's checks, and the form of such a check.
import type { RelayPhoneError } from '../../errors.js';
import type { ExchangeSummary } from '../../exchanges/exchange.js';
import type { CheckoutRow } from '../../firefox-relay/inspect.js';
import type { EnvFile } from '../../settings/env-file/read.js';
import type { LoadedSettings } from '../../settings/load.js';
import type { NgrokEdge } from '../../tunnel/ngrok/edge.js';
import type { NgrokSettingSources } from '../../tunnel/ngrok/settings.js';
import type { Check } from '../check.js';
import type { AccountView } from './account-view.js';

/** What a running sandbox has seen of the app. Requests of relay-phone itself do not count. */
export interface SeenApp {
  /** How many requests the app has sent with credentials that the sandbox knows, and with others. */
  readonly requests: number;
  readonly refusedRequests: number;
  /** How many webhooks it has answered, how many of them with a 5xx, and the last of these. */
  readonly answeredWebhooks: number;
  readonly failedWebhooks: number;
  readonly lastFailure: { readonly status: number; readonly reason: string | null } | null;
}

/** How the process that listens where the app should be was started, as far as the system shows it. */
export type AppProcess =
  | { readonly start: 'inside' }
  /** Without the variables that lead to this sandbox. `process` names it, such as `node (process 123)`. */
  | { readonly start: 'outside'; readonly process: string }
  /** `why` it is not seen, as a clause. */
  | { readonly start: 'unknown'; readonly why: string };

/** Everything that the checks of `doctor` can see. Whatever takes time is a function, which only the checks that need it call. */
export interface DoctorContext {
  /** `process.version`. */
  readonly nodeVersion: string;
  /** The files that commands load, relative to the root of the package. */
  readonly packageFiles: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly envPath: string;
  /** The `.env` file; undefined if it does not exist or cannot be read. */
  readonly envFile: EnvFile | undefined;
  /** Why the `.env` file cannot be read. */
  readonly envFault: RelayPhoneError | undefined;
  /** The malformed settings, which are ignored. */
  readonly settingFaults: readonly RelayPhoneError[];
  readonly loaded: LoadedSettings;
  readonly statePath: string;
  /** Why the state folder is not used: it is not ours, or cannot be read. */
  readonly stateFault: RelayPhoneError | undefined;
  /** Opens the state folder; creates it if it does not exist. @throws RelayPhoneError if it is not ours */
  openState(): void;
  /** Undefined if nothing is set up, or if that could not be found out. */
  readonly target: 'live' | 'sandbox' | undefined;
  /** Why the target could not be found out. */
  readonly targetFault: RelayPhoneError | undefined;
  /** Returns whether the state folder has a sandbox, and its origin if it is running. */
  findSandbox(): Promise<{ readonly exists: boolean; readonly origin: string | undefined }>;
  /**
   * Signs in on the first call; later calls return the same view.
   *
   * @throws RelayPhoneError if the credentials are missing or malformed
   */
  openAccount(): Promise<AccountView>;
  /** Returns what the running sandbox has seen of the app; undefined if none is running. */
  findAppContact(): Promise<SeenApp | undefined>;
  /** Lists the recorded exchanges of a gateway since `since` (milliseconds since 1970), newest first; none without one. */
  listExchanges(since: number): Promise<readonly ExchangeSummary[]>;
  /** Looks whether the app was started so that its requests reach the sandbox. */
  seeAppProcess(): Promise<AppProcess>;
  /** The lines that start the app, quoted for a shell: through `exec`, and all ways that the target allows. */
  readonly lines: { readonly exec: string; readonly starts: readonly string[] };
  /** Returns the origin of the app on this machine, without a trailing slash. */
  findAppOrigin(): string;
  readonly ngrok: {
    readonly sources: NgrokSettingSources;
    /** Returns the ngrok server to connect to. @throws RelayPhoneError `usage` if its certificate cannot be read */
    readEdge(): NgrokEdge;
  };
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The time for one answer of the app or of the public base. */
  readonly timeoutMs: number;
  /** Whether the folder has an app that is not Firefox Relay, such as one of Flask or Express. */
  readonly isOtherProject: boolean;
  /** Inspects the Relay checkout; undefined if the folder is not a checkout. */
  readonly inspectCheckout: (() => Promise<readonly CheckoutRow[]>) | undefined;
}

/** Returns the public base, an origin without a trailing slash; undefined if none is set, or if it is not an http(s) URL. */
export function findConfiguredPublicBase({ loaded }: Pick<DoctorContext, 'loaded'>): string | undefined {
  const { publicUrl } = loaded.values;
  return publicUrl !== undefined && URL.canParse(publicUrl) && /^https?:/i.test(publicUrl)
    ? new URL(publicUrl).origin
    : undefined;
}

/** Any check of `doctor`. */
export type DoctorCheck = Check<string, DoctorContext>;

/** Returns the check. Its type makes sure that `run` reports only findings that the check lists. */
export function createDoctorCheck<Id extends string>(
  check: Check<Id, DoctorContext>,
): Check<Id, DoctorContext> {
  return check;
}
