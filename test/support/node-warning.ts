// What Node.js 22 prints of a setting that `exec` makes, and that is no doing of ours.

/** Without the two lines that say that NODE_USE_ENV_PROXY is experimental. */
export function withoutWarning(stderr: string): string {
  return stderr.replace(/^\(node:\d+\) \[UNDICI-EHPA\].*\n\(Use `node --trace-warnings.*\n/m, '');
}
