// The stage of the story: a sandbox, an app behind it, and the phones of two people.

/** A text as a phone shows it. */
export interface StageText {
  readonly from: string;
  readonly body: string;
}

/** A call as a phone has it in its hands. */
export interface StageCall {
  /** The other number, as the phone shows it. */
  log(): { readonly shown: string; readonly state: string };
  answer(): void;
  hangUp(): void;
  readonly answered: Promise<{ readonly state: string }>;
  readonly ended: Promise<unknown>;
}

/** The phone of somebody. All of its waits throw RelayPhoneError `fault` when nothing comes. */
export interface StagePhone {
  readonly number: string;
  /** Oldest first. */
  texts(): readonly StageText[];
  /** Sends a text, and gives the status of the app's answer; with what Twilio itself answered to STOP. */
  text(
    to: string,
    body: string,
  ): Promise<{
    readonly webhook: { readonly status: number | null } | null;
    readonly automaticReply: string | null;
  }>;
  call(to: string): StageCall;
  /** The next from now on; to be asked before that which leads to it. */
  nextCall(): Promise<StageCall>;
  nextText(wish: { readonly matching: (text: StageText) => boolean }): Promise<StageText>;
}

/** The stage of the story. */
export interface SmokeStage {
  /** Behind the mask. */
  readonly owner: StagePhone;
  readonly contact: StagePhone;
  /** What `init` does: account, main number, TwiML app, `.env`, a verification text. @throws RelayPhoneError */
  setUp(): Promise<void>;
  /** The owner's phone is verified with the app, which buys a mask. @throws RelayPhoneError */
  takeMask(): Promise<void>;
  /** The number of the mask that was taken. */
  mask(): string;
  /** The next text of the app's that Twilio refuses, from now on. */
  nextRefusal(): Promise<unknown>;
  /** Every time that a phone other than its own was shown a number. */
  whoSaw(number: string): readonly { readonly phone: string; readonly how: string }[];
}
