// What a story is played on: a sandbox over its control API, an app's user API, the account's numbers, a clock.
import type { StoryControl } from './control.js';

/** The user API of the app, as its owner asks it. Its methods throw RelayPhoneError. */
export interface StoryApp {
  /** The phone that is verified in the app; undefined before one is. */
  findOwner(): Promise<string | undefined>;
  /** The mask in front of a phone: the user's own, else one that the app takes now; the phone is verified if need be. */
  takeMask(owner: string): Promise<string>;
  block(contact: string, isBlocked: boolean): Promise<void>;
}

/** The numbers of the account. Its methods throw RelayPhoneError. */
export interface StoryAccount {
  listOwned(): Promise<readonly string[]>;
  /** Buys a number whose texts and calls lead to these URLs, or paths of the app. */
  buy(leading: { readonly texts: string | undefined; readonly calls: string | undefined }): Promise<string>;
  giveUp(number: string): Promise<void>;
}

/** All of it. */
export interface StoryPorts {
  readonly control: StoryControl;
  readonly app: StoryApp;
  readonly account: StoryAccount;
  /** Milliseconds since 1970, of the real clock. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  /** Ends a play before its time. */
  readonly signal?: AbortSignal;
  /** Told, before the first step, which number is behind each name. */
  readonly onCast?: (numbers: ReadonlyMap<string, string>) => void;
  /** Told of each step when it has ended. */
  readonly onStep?: (step: PlayedStep) => void;
}

/** What was expected and did not come. */
export interface Unmet {
  readonly expected: string;
  /** What there was instead, line by line, the nearest first. */
  readonly found: readonly string[];
}

/** A step and how it ended. */
export interface PlayedStep {
  /** Of the file, from 1 on. */
  readonly line: number;
  /** The step in words. */
  readonly words: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** Milliseconds. */
  readonly duration: number;
  /** What an expectation found, when it was not met. */
  readonly unmet: Unmet | null;
  /** Why it could not be done at all; null for expectations. */
  readonly problem: string | null;
}
