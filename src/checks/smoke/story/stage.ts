// The stage of the story: a sandbox, an app behind it, and the phones of two people.

/** A text as a phone shows it. */
export interface StageText {
  readonly from: string;
  readonly body: string;
}

/** A call as one of its two phones sees it. */
export interface StageCall {
  /** Returns the other number, as the phone shows it, and the state of the call. */
  log(): { readonly shown: string; readonly state: string };
  answer(): void;
  hangUp(): void;
  readonly answered: Promise<{ readonly state: string }>;
  readonly ended: Promise<unknown>;
}

/** A phone on the stage. Its methods that wait throw a RelayPhoneError `fault` if nothing comes in time. */
export interface StagePhone {
  readonly number: string;
  /** Returns all received texts, oldest first. */
  texts(): readonly StageText[];
  /** Sends a text. Returns the status of the app's answer, and Twilio's own reply to a keyword such as STOP. */
  text(
    to: string,
    body: string,
  ): Promise<{
    readonly webhook: { readonly status: number | null } | null;
    readonly automaticReply: string | null;
  }>;
  call(to: string): StageCall;
  /** Waits for the next call. Start the wait before the act that leads to the call. */
  nextCall(): Promise<StageCall>;
  /** Waits for the next text that matches. */
  nextText(options: { readonly matching: (text: StageText) => boolean }): Promise<StageText>;
}

/** The stage of the story. */
export interface SmokeStage {
  /** The phone behind the mask. */
  readonly owner: StagePhone;
  readonly contact: StagePhone;
  /** Sets up as `init` does: account, main number, TwiML app, `.env`, verification text. @throws RelayPhoneError */
  setUp(): Promise<void>;
  /** Verifies the owner's phone with the app, which then buys a mask. @throws RelayPhoneError */
  takeMask(): Promise<void>;
  /** Returns the number of the mask. */
  mask(): string;
  /** Waits until Twilio refuses the next text of the app. */
  nextRefusal(): Promise<unknown>;
  /** Returns every time that another phone saw the number. */
  whoSaw(number: string): readonly { readonly phone: string; readonly how: string }[];
}
