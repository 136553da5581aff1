// Removes the authtoken from texts of ngrok's SDK, because some of its errors quote it.

const MAX_LENGTH = 300;

/**
 * Formats an error as one line that is safe to show: without `secret`, and without other words that look like
 * credentials, because ngrok may quote a part of one.
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
