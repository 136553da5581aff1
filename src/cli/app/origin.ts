// Finds out where the app is that a command is to ask.
import { RelayPhoneError } from '../../errors.js';

/** Where Firefox Relay is on a developer's machine, and `serve` too. */
export const USUAL_APP = 'http://127.0.0.1:8000';

/** The origin that a flag names, by default `--app`. @throws RelayPhoneError `usage` for a URL that is none. */
export function readAppOrigin(raw: string, flag = '--app'): string {
  const url = URL.canParse(raw) ? new URL(raw) : undefined;
  const isWeb = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (url && isWeb && url.href === `${url.origin}/`) return url.origin;
  throw new RelayPhoneError({
    kind: 'usage',
    task: 'find the app',
    reason: `${flag} takes the http or https origin of the app, with no path and no user in it`,
    tryNext: [`${flag} ${USUAL_APP}`],
  });
}
