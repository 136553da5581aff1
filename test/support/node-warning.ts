// Removes the warning that Node.js 22 prints about NODE_USE_ENV_PROXY, which `exec` sets.

/** Returns the output without the two lines that call NODE_USE_ENV_PROXY experimental. */
export function withoutWarning(stderr: string): string {
  return stderr.replace(/^\(node:\d+\) \[UNDICI-EHPA\].*\n\(Use `node --trace-warnings.*\n/m, '');
}
