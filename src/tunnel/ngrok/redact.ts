// Removes the authtoken from what ngrok's SDK prints and throws, because some of its errors quote it.

const MAX_LENGTH = 300;

/**
 * Formats an error as one line that is safe to show: without `secret`, and without words that look like credentials,
 * because ngrok may quote a part of one. At most 300 characters.
 */
export function formatRedacted(error: unknown, secret: string): string {
  const text = error instanceof Error ? error.message : String(error);
  const withoutSecret = secret === '' ? text : text.replaceAll(secret, '…');
  return withoutSecret
    .replace(/\w{20,}/g, '…')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MAX_LENGTH);
}
