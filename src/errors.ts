// What every room throws when something failed for a reason we know, and the exit code that goes with it.

/** The exit code of each outcome; scripts and CI jobs rely on these numbers. */
export const ExitCode = {
  done: 0,
  bug: 1,
  usage: 2,
  needsUser: 3,
  refused: 4,
  network: 5,
  fault: 6,
  interrupted: 130,
} as const;

/**
 * Why something failed: `usage` wrong flags or input · `needsUser` something only the user can do first ·
 * `refused` Twilio or ngrok said no · `network` no usable answer · `fault` a check found something wrong ·
 * `interrupted` the user stopped it.
 */
export type ErrorKind = Exclude<keyof typeof ExitCode, 'done' | 'bug'>;

/** The parts of an error message; see {@link RelayPhoneError}. */
export interface ErrorParts {
  readonly kind: ErrorKind;
  /** What failed, as the rest of "Failed to …". */
  readonly task: string;
  /** Why, as a clause without its full stop. */
  readonly reason: string;
  /** What to run or do next, most promising first. */
  readonly tryNext?: readonly string[];
  /** A page with more. */
  readonly more?: string;
  /** Twilio's error code, when it was Twilio that refused. */
  readonly twilioCode?: number;
  readonly cause?: unknown;
}

/**
 * A failure we understand. Thrown where it is known, shown in one place (`cli/main`).
 * Anything else that reaches that place is a bug of ours.
 */
export class RelayPhoneError extends Error {
  override readonly name = 'RelayPhoneError';
  readonly kind: ErrorKind;
  readonly task: string;
  readonly reason: string;
  readonly tryNext: readonly string[];
  readonly more: string | undefined;
  readonly twilioCode: number | undefined;

  constructor(parts: ErrorParts) {
    super(`Failed to ${parts.task}: ${parts.reason}.`, { cause: parts.cause });
    this.kind = parts.kind;
    this.task = parts.task;
    this.reason = parts.reason;
    this.tryNext = parts.tryNext ?? [];
    this.more = parts.more;
    this.twilioCode = parts.twilioCode;
  }

  /** The process exit code for this kind of failure. */
  get exitCode(): number {
    return ExitCode[this.kind];
  }

  /** The form that `--json` prints; its schema is `problem` in `setup/report.ts`. */
  toJSON() {
    return {
      kind: this.kind,
      message: this.message,
      tryNext: [...this.tryNext],
      more: this.more ?? null,
      twilioCode: this.twilioCode ?? null,
      exitCode: this.exitCode,
    };
  }
}

/** The `code` of a Node.js system error such as `ENOENT`, or undefined for any other value. */
export function findSystemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
