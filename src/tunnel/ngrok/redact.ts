// Takes the authtoken out of what ngrok's SDK says: some of its refusals quote it.

const MAX_LENGTH = 300;

/**
 * One line of text about `error`, safe to show: without `secret`, and without anything else that looks like a
 * credential, for the service may quote only a part of one.
 */
export function formatRedacted(error: unknown, secret: string): string {
  const text = error instanceof Error ? error.message : String(error);
  const open = secret === '' ? text : text.replaceAll(secret, '…');
  return open
    .replace(/\w{20,}/g, '…')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MAX_LENGTH);
}
