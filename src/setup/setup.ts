// What a setup step is, and what it gets to work with.

import type { HostsSetting } from '../settings/env-file/hosts.js';
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

/** Asks a person on a terminal. Absent from a run that has none. */
export interface Prompts {
  confirm(question: string): Promise<boolean>;
  choose<T>(question: string, options: readonly { readonly title: string; readonly value: T }[]): Promise<T>;
  text(question: string, check: (answer: string) => string | undefined): Promise<string>;
  secret(question: string, check: (answer: string) => string | undefined): Promise<string>;
}

/** Tells a person what happens. */
export interface SetupOutput {
  step(number: number, of: number, title: string): void;
  line(text: string): void;
  done(text: string): void;
  /** What will be changed, and the details of it. */
  planned(lines: readonly string[]): void;
  warn(text: string): void;
  /** Shows that something takes time; the result replaces its text, or ends it without one. */
  progress(text: string): { update(text: string): void; end(): void };
}

/** A text on a phone. */
export interface PhoneText {
  readonly sid: string;
  readonly from: string;
  readonly body: string;
}

/** The phones of the sandbox, where there are any. */
export interface SandboxPhones {
  /** The phone that stands in for the user's own when none was named. */
  readonly realNumber: string;
  /** What a phone shows of a text it received. */
  findText(phone: string, messageSid: string): Promise<string | undefined>;
  /** The texts it received, oldest first. */
  listTexts(phone: string): Promise<readonly PhoneText[]>;
}

/** What the steps have found out or made so far; a dry run fills in what would be. */
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
    /** Undefined while it is only planned. */
    readonly sid: string | undefined;
    readonly bought: boolean;
    readonly monthly: Price | undefined;
  };
  /** An origin without a slash at its end. */
  publicBase?: string;
  app?: {
    /** Undefined while it is only planned. */
    readonly sid: string | undefined;
    readonly friendlyName: string;
    readonly fields: AppFields;
  };
  /** Where the app itself is reached, by its own address or an earlier one of this run. */
  ownOrigins?: readonly string[];
  /** The number that `serve` puts in front of a phone. */
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
    /** What the phone shows; known in the sandbox only. */
    readonly shown: string | undefined;
  };
}

/** What the user allows and wishes. */
export interface Choices {
  /** Yes to everything but spending money at Twilio. */
  readonly yes: boolean;
  /** Yes to spending money at Twilio. */
  readonly buy: boolean;
  readonly dryRun: boolean;
  /** Yes to giving up a number that was bought. */
  readonly release: boolean;
  readonly country: string;
  readonly areaCode?: string;
  readonly contains?: string;
  readonly locality?: string;
}

/** Nothing allowed and nothing wished: for commands that only look. */
export const NO_CHOICES: Choices = {
  yes: false,
  buy: false,
  dryRun: false,
  release: false,
  country: 'US',
};

/** One run of the setup. */
export interface Setup {
  /** Which command runs it, for advice. */
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
  /** The Relay checkout that it is for, and the newest name of the host list there; undefined for another app. */
  readonly checkout: { readonly path: string; readonly hostsKey: HostsSetting['key'] } | undefined;
  /** The folder for copies of files we change. */
  readonly backups: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly phones: SandboxPhones | undefined;
  /** The public base that this machine has with ngrok, and where that was found. */
  readonly ngrok?: { readonly base: string; readonly source: string } | undefined;
  readonly prompts: Prompts | undefined;
  readonly output: SetupOutput;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  readonly now: () => number;
  readonly facts: SetupFacts;
  /** Sentences for the end of the report. */
  readonly warnings: string[];
}

/** What a step found and would do. */
export interface StepPlan {
  /** What holds, or will hold afterwards. */
  readonly summary: string;
  /** What it will change, and the details of that, a line each; empty when its goal already holds. */
  readonly changes: readonly string[];
  /** Set when it buys something, so that a person is asked first. `monthly` is unknown when Twilio does not tell. */
  readonly cost?: { readonly monthly: Price | undefined };
  /** Set when it changes something that was there before us, so that a person is asked first. */
  readonly overwrites?: boolean;
  /** Does it, and says what was done. */
  readonly apply?: () => Promise<string>;
}

/** How taking back one change ended. */
export interface UndoOutcome {
  readonly undone: boolean;
  readonly text: string;
}

/** The steps of `init`. */
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
  /** Refuses, before anything is done, what would stop the step later. */
  verify?(setup: Setup): void;
  /** Finds out how a change ended that an interrupted run had only begun. */
  reconcile?(setup: Setup, change: Change): Promise<void>;
  /** Looks what is there, asks what it cannot know, changes nothing. */
  plan(setup: Setup): Promise<StepPlan>;
  /** Takes back one change of its kinds, unless it was changed since. */
  undo?(setup: Setup, change: Change): Promise<UndoOutcome>;
}

/** A fact that an earlier step has established. */
export function required<T>(fact: T | undefined): T {
  if (fact === undefined) throw new Error('a setup step ran before the one it builds on');
  return fact;
}
