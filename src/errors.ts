// RelayPhoneError, the error that every room throws for a failure it understands, and the exit codes.

/** The exit code of each outcome. Scripts and CI jobs rely on these numbers. */
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
 * Why something failed: `usage` wrong flags or input · `needsUser` the user has to do something first ·
 * `refused` Twilio or ngrok refused · `network` no usable answer · `fault` a check found a fault ·
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
  /** True if the user answered no: nothing failed, and the message begins with "Declined". */
  readonly isDeclined?: true;
  /** Lines below the reason, such as the errors of a file, one each. */
  readonly details?: readonly string[];
  /** What to run or do next, most promising first. */
  readonly tryNext?: readonly string[];
  /** The URL of a page with more. */
  readonly more?: string;
  /** Twilio's error code, if Twilio refused. */
  readonly twilioCode?: number;
  readonly cause?: unknown;
}

/**
 * A failure we understand: its message is "Failed to <task>: <reason>.", or "Declined: <task>, <reason>." after an answer
 * of no. Thrown where the reason is known, shown in one place (`cli/core`). Any other error that reaches that place is a bug
 * of ours.
 */
export class RelayPhoneError extends Error {
  override readonly name = 'RelayPhoneError';
  readonly kind: ErrorKind;
  readonly task: string;
  readonly reason: string;
  /** The message as people see it: each line is shown on a line of its own. */
  readonly lines: readonly string[];
  readonly tryNext: readonly string[];
  readonly more: string | undefined;
  readonly twilioCode: number | undefined;

  constructor(parts: ErrorParts) {
    const { task, reason, isDeclined } = parts;
    const headline = isDeclined ? `Declined: ${task}, ${reason}` : `Failed to ${task}: ${reason}`;
    const lines = [headline, ...(parts.details ?? [])];
    super(`${lines.join('\n')}.`, { cause: parts.cause });
    this.kind = parts.kind;
    this.task = parts.task;
    this.reason = parts.reason;
    this.lines = [...lines.slice(0, -1), `${lines.at(-1)}.`];
    this.tryNext = parts.tryNext ?? [];
    this.more = parts.more;
    this.twilioCode = parts.twilioCode;
  }

  /** The process exit code for this kind of failure. */
  get exitCode(): number {
    return ExitCode[this.kind];
  }

  /** The JSON that `--json` prints; its schema is `problem` in `setup/report.ts`. */
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
