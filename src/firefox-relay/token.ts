// Says where a user finds the token of an app's API, and how to give it to us.

/** Where a user of the app at `origin` finds their token. */
export function describeToken(origin: string): string[] {
  return [
    'in a checkout of Firefox Relay: relay-phone checkout prepare, which makes a user and keeps the token',
    `for another Relay: sign in to it in a browser, open ${origin}/api/v1/profiles/ there, and copy api_token`,
    'put it into a file: relay-phone send-test --api-token-file PATH, or - for standard input',
    'or set RELAY_PHONE_API_TOKEN, in the environment or in .env',
    'for relay-phone serve: give the --state-dir it runs with; then no token is needed',
  ];
}
