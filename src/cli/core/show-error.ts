// Prints an error for people: what failed and why, what to run next, where to read more.
import type { RelayPhoneError } from '../../errors.js';
import type { CliPorts } from './ports.js';

/** Prints an error on stderr. */
export function showError(
  ports: CliPorts,
  error: Pick<ReturnType<RelayPhoneError['toJSON']>, 'message' | 'tryNext' | 'more'>,
): void {
  const lines = [
    error.message,
    ...error.tryNext.map((what, index) => `${index === 0 ? '  Try: ' : '       '}${what}`),
    ...(error.more ? [`  More: ${error.more}`] : []),
  ];
  ports.stderr.write(`${lines.join('\n')}\n`);
}
