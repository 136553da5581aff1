// What TwiML for calls can say to do. URLs are absolute, times are seconds.

/** Where to ask for another document. */
export interface TwimlUrl {
  readonly url: string;
  readonly method: string;
}

/** Something to do in a call. */
export type VoiceVerb =
  | Prompt
  | Gather
  | RecordVerb
  | Dial
  | Enqueue
  | ({ readonly name: 'Redirect' } & TwimlUrl)
  | { readonly name: 'Reject'; readonly reason: 'rejected' | 'busy' }
  | { readonly name: 'Hangup' | 'Leave' };

/** What a caller hears, or waits through. */
export type Prompt =
  | { readonly name: 'Say'; readonly text: string; readonly loop: number }
  | {
      readonly name: 'Play';
      readonly url: string | undefined;
      readonly digits: string;
      readonly loop: number;
    }
  | { readonly name: 'Pause'; readonly length: number };

/** Waits for keys or words. */
export interface Gather {
  readonly name: 'Gather';
  /** Undefined: the document that it stands in. */
  readonly action: string | undefined;
  readonly method: string;
  readonly input: readonly ('dtmf' | 'speech')[];
  readonly timeout: number;
  readonly finishOnKey: string;
  readonly numDigits: number;
  readonly actionOnEmptyResult: boolean;
  readonly partialResultCallback: TwimlUrl | undefined;
  readonly prompts: readonly Prompt[];
}

/** Records what is said. */
export interface RecordVerb {
  readonly name: 'Record';
  /** Undefined: the document that it stands in. */
  readonly action: string | undefined;
  readonly method: string;
  readonly timeout: number;
  readonly finishOnKey: string;
  readonly maxLength: number;
  readonly playBeep: boolean;
  readonly callback: RecordingCallback | undefined;
  /** Where to send the words, when they are to be written down. */
  readonly transcribe: boolean;
  readonly transcribeCallback: string | undefined;
}

/** Who is told of a recording. */
export interface RecordingCallback extends TwimlUrl {
  /** `in-progress`, `completed`, `absent`. */
  readonly events: readonly string[];
}

/** Calls somebody, and connects the two. */
export interface Dial {
  readonly name: 'Dial';
  readonly action: string | undefined;
  readonly method: string;
  readonly timeout: number;
  readonly timeLimit: number;
  readonly callerId: string | undefined;
  readonly answerOnBridge: boolean;
  readonly hangupOnStar: boolean;
  readonly sequential: boolean;
  readonly record: boolean;
  readonly callback: RecordingCallback | undefined;
  /** Whom to call, as it is written: all at once, unless `sequential`. */
  readonly numbers: readonly DialledNumber[];
  /** The queue to take a caller from instead. */
  readonly queue: DialledQueue | undefined;
}

/** A number to call. */
export interface DialledNumber {
  readonly number: string;
  readonly sendDigits: string;
  /** A document for whoever answers, before they are connected. */
  readonly whisper: TwimlUrl | undefined;
  readonly statusCallback: TwimlUrl | undefined;
  readonly statusCallbackEvents: readonly string[];
}

/** A queue to take a caller from. */
export interface DialledQueue {
  readonly queue: string;
  /** A document for the one who waited, before they are connected. */
  readonly whisper: TwimlUrl | undefined;
}

/** Puts the caller into a queue. */
export interface Enqueue {
  readonly name: 'Enqueue';
  readonly queue: string;
  readonly action: string | undefined;
  readonly method: string;
  /** What the caller hears meanwhile; undefined: music. */
  readonly wait: TwimlUrl | undefined;
}
