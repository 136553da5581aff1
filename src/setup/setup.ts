// The parts of a setup: the step, its plan, and the context in which every step runs.
import type { HostsSetting } from '../settings/env-file/hosts.js';
import type { EnvReader } from '../settings/env-file/read.js';
import type { LoadedSettings } from '../settings/load.js';
import type { Settings } from '../settings/schema.js';
import type { TwilioClient } from '../twilio/client.js';
import type { AppFields, Change, ChangeKind } from './changes.js';
import type { Journal } from './journal.js';

/** An amount with its currency, such as 1.15 USD. */
export interface Price {
  readonly amount: string;
  readonly currency: string;
}

/** Asks the user on a terminal. `check` returns what is wrong with an answer as a clause; undefined for a valid one. */
export interface Prompts {
  /** Asks yes or no. @param byDefault the answer of Enter alone; false unless given */
  confirm(question: string, byDefault?: boolean): Promise<boolean>;
  choose<T>(question: string, options: readonly { readonly title: string; readonly value: T }[]): Promise<T>;
  text(question: string, check: (answer: string) => string | undefined): Promise<string>;
  secret(question: string, check: (answer: string) => string | undefined): Promise<string>;
}

/** Shows the user what happens. */
export interface SetupOutput {
  step(number: number, of: number, title: string): void;
  line(text: string): void;
  done(text: string): void;
  /** Shows a planned change; the lines after the first are its details. */
  planned(lines: readonly string[]): void;
  warn(text: string): void;
  /** Shows that something takes time, until `end`; `update` replaces the text. */
  progress(text: string): { update(text: string): void; end(): void };
}

/** A text on a phone. */
export interface PhoneText {
  readonly sid: string;
  readonly from: string;
  readonly body: string;
}

/** The phones of the sandbox. */
export interface SandboxPhones {
  /** The stand-in phone: the user's own phone if none is named. */
  readonly realNumber: string;
  /** Returns the body of a text as the phone shows it; undefined if the phone has no such text. */
  findText(phone: string, messageSid: string): Promise<string | undefined>;
  /**
   * Lets texts and calls go to the country of a phone, as Geo permissions of a live account do.
   *
   * @returns the country (ISO 3166) if it was not allowed before
   */
  allowCountryOf(phone: string): Promise<string | undefined>;
  /** Returns the texts that a phone received, oldest first. */
  listTexts(phone: string): Promise<readonly PhoneText[]>;
}

/** What the steps found or created so far; in a dry run, what they would create. */
export interface SetupFacts {
  account?: {
    readonly sid: string;
    readonly friendlyName: string;
    readonly type: string;
    readonly status: string;
    readonly balance: Price | undefined;
  };
  mainNumber?: {
    readonly phoneNumber: string;
    /** Undefined while only planned. */
    readonly sid: string | undefined;
    readonly bought: boolean;
    readonly monthly: Price | undefined;
  };
  /** An origin, without a slash at the end. */
  publicBase?: string;
  app?: {
    /** Undefined while only planned. */
    readonly sid: string | undefined;
    readonly friendlyName: string;
    readonly fields: AppFields;
  };
  /** Origins of the app itself: its local address and earlier public bases of this run. */
  ownOrigins?: readonly string[];
  /** What the user typed in for `tunnel`, and agreed to store in `.env`. */
  ngrok?: { readonly domain: string; readonly authtoken: string | undefined };
  /** The mask that `serve` uses. */
  mask?: { readonly phoneNumber: string };
  envFile?: {
    readonly path: string;
    readonly keys: readonly { readonly key: string; readonly action: 'added' | 'changed' | 'kept' }[];
    readonly backup: string | undefined;
  };
  text?: {
    readonly sid: string | undefined;
    readonly from: string;
    readonly to: string;
    readonly status: string;
    readonly errorCode: number | undefined;
    /** What the phone shows; undefined outside the sandbox. */
    readonly shown: string | undefined;
  };
}

/** What the user permits, and which number to search for. */
export interface Choices {
  /** Consent to everything except spending money at Twilio and releasing a number. */
  readonly yes: boolean;
  /** Consent to spending money at Twilio. */
  readonly buy: boolean;
  readonly dryRun: boolean;
  /** Consent to releasing a number that was bought. */
  readonly release: boolean;
  readonly country: string;
  readonly areaCode?: string;
  readonly contains?: string;
  readonly locality?: string;
  /** A TwiML app of its own for this public base, instead of the one of the settings. */
  readonly ownApp?: boolean;
}

/** Permits nothing: for commands that change nothing at Twilio by themselves. */
export const NO_CHOICES: Choices = {
  yes: false,
  buy: false,
  dryRun: false,
  release: false,
  country: 'US',
};

/** The context of one run: account, ports, choices, and what its steps have found so far. */
export interface Setup {
  /** The command that runs it, for advice. */
  readonly command: string;
  readonly target: 'live' | 'sandbox';
  readonly client: TwilioClient;
  readonly authToken: string;
  readonly settings: Settings;
  readonly sources: LoadedSettings['sources'];
  readonly choices: Choices;
  readonly journal: Journal;
  /** The path of the `.env` file. */
  readonly envPath: string;
  /** Reads the `.env` file of this run, which may be a named pipe. */
  readonly readEnv: EnvReader;
  /** The Relay checkout and the name of its setting for allowed hosts; undefined for another app. */
  readonly checkout: { readonly path: string; readonly hostsKey: HostsSetting['key'] } | undefined;
  /** Returns the origin at which the app listens unless its settings name another one. */
  findUsualApp(): string;
  /** The folder for backups of the files we change. */
  readonly backups: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Undefined with a live account. */
  readonly phones: SandboxPhones | undefined;
  /** The ngrok domain configured on this machine, as an origin, and where it was found. */
  readonly ngrok?: { readonly base: string; readonly source: string } | undefined;
  /** True if ngrok's authtoken is configured on this machine. */
  readonly hasNgrokToken?: boolean;
  /** Undefined if this run cannot ask: without a terminal, with `--yes`, or in a command without questions. */
  readonly prompts: Prompts | undefined;
  readonly output: SetupOutput;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  readonly now: () => number;
  readonly facts: SetupFacts;
  /** Sentences to show at the end. */
  readonly warnings: string[];
}

/** What a step found and what it would change. */
export interface StepPlan {
  /** The result, present or planned, in one line. */
  readonly summary: string;
  /** The changes and their details, a line each; empty if there is nothing to change. */
  readonly changes: readonly string[];
  /** Set if it costs money, so the user must agree first. `monthly` is undefined if the price is unknown. */
  readonly cost?: { readonly monthly: Price | undefined };
  /** True if it changes something that existed before, so the user must agree first. */
  readonly overwrites?: boolean;
  /** Makes the changes and returns what was done, in words. Absent if there is nothing to change. */
  readonly apply?: () => Promise<string>;
}

/** The outcome of undoing one change, with a sentence about it. */
export interface UndoOutcome {
  readonly undone: boolean;
  readonly text: string;
}

/** The ids of the steps of `init`, as its JSON document has them. */
export type InitStepId =
  | 'account'
  | 'main-number'
  | 'public-base'
  | 'twiml-app'
  | 'env-file'
  | 'verification-text';

/** One step of the setup. */
export interface SetupStep<Id extends string = InitStepId> {
  readonly id: Id;
  readonly title: string;
  /** The kinds of change it makes. */
  readonly kinds: readonly ChangeKind[];
  /** Completes what a killed run left half done on this machine, before anything is looked at. */
  recover?(setup: Setup): void;
  /** Throws before any step runs if this step cannot succeed, for example because a setting is missing. */
  verify?(setup: Setup): Promise<void> | void;
  /** Finds out whether a change took place that an interrupted run only recorded as intended, and records that. */
  reconcile?(setup: Setup, change: Change): Promise<void>;
  /** Looks at the account and the files, asks the user what it cannot find out, and changes nothing. */
  plan(setup: Setup): Promise<StepPlan>;
  /** Undoes one change of its kinds. A value that somebody changed since stays. */
  undo?(setup: Setup, change: Change): Promise<UndoOutcome>;
}

/** The part of a step that deals with changes of earlier runs. */
export type UndoableStep = Pick<SetupStep<string>, 'kinds' | 'recover' | 'reconcile' | 'undo'>;

/** Returns a value that an earlier step must have set. @throws Error (a bug of ours) if it is undefined */
export function required<T>(fact: T | undefined): T {
  if (fact === undefined) throw new Error('a setup step ran before the step it depends on');
  return fact;
}
