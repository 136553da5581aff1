// The context of smoke's checks, and the form of such a check.
import type { Agent } from 'node:http';
import type { Check } from '../check.js';
import type { TestAccount } from './account/test-account.js';
import type { SmokeStage } from './story/stage.js';

/** The sandbox that the app may run in. */
export interface AppSandbox {
  /**
   * Lists what was asked for since smoke began that the sandbox lacks, once it is quiet: each as a clause with what asked
   * for it, and what shows its trace: a command, and an address if a page is served.
   *
   * @throws RelayPhoneError `network` if the sandbox is gone.
   */
  listUnsupported(): Promise<readonly SandboxFinding[]>;
  /**
   * Checks the rules about numbers that the sandbox keeps: how many there are, and each time that one was broken.
   *
   * @throws RelayPhoneError `network` if the sandbox is gone.
   */
  checkPrivacyRules(): Promise<{ readonly watched: number; readonly shown: readonly SandboxFinding[] }>;
}

/** Something that happened in the sandbox, as a clause, and what shows its trace. */
export interface SandboxFinding {
  readonly what: string;
  readonly look: readonly string[];
}

/** The app that smoke checks. */
export interface AppUnderTest {
  /** The origin, without a trailing slash. */
  readonly origin: string;
  /** The public base, for which Twilio would sign. */
  readonly publicBase: string;
  /** The auth token to sign with; undefined if none is set. Never sent. */
  readonly signingToken: string | undefined;
  /** Waits until the app answers. @throws RelayPhoneError if the app has exited; NoAnswer if it cannot be reached */
  waitUntilUp(): Promise<void>;
  /** The sandbox of the state folder; undefined if none runs. */
  readonly sandbox: AppSandbox | undefined;
  /** True if it is a fault that none runs. */
  readonly needsSandbox: boolean;
  /** The time for one answer. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** The agent for the proxy on the way to the app; undefined without a proxy. */
  readonly agent: Agent | undefined;
}

/** Everything that the checks of `smoke` can see. */
export interface SmokeContext {
  readonly account: TestAccount;
  /** The app; undefined if none is given. */
  readonly app: AppUnderTest | undefined;
  /** Opens the stage of the story on the first call; later calls return the same one. */
  openStage(): Promise<SmokeStage>;
}

/** Any check of `smoke`. */
export type AnySmokeCheck = Check<string, SmokeContext>;

/** The parts of `smoke`: the groups of its checks, each of which can be selected. */
export const SMOKE_PARTS = ['account', 'app', 'sandbox'] as const;

/** One of {@link SMOKE_PARTS}. */
export type SmokePart = (typeof SMOKE_PARTS)[number];

/** Returns the check. Its type makes sure that `run` reports only findings that the check lists. */
export function createSmokeCheck<Id extends string>(
  check: Check<Id, SmokeContext> & { readonly group: SmokePart },
): Check<Id, SmokeContext> {
  return check;
}
