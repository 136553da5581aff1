// Hides phone numbers in what is printed, unless `--show-numbers` is given.

/** Hides the phone numbers in texts and JSON documents, or leaves them as they are. */
export interface Redactor {
  text(text: string): string;
  document<T extends object>(document: T): T;
}

/** Creates a redactor. @param showsNumbers true if it leaves phone numbers as they are */
export function createRedactor(showsNumbers: boolean): Redactor {
  const text = showsNumbers ? (plain: string) => plain : hideNumbers;
  return {
    text,
    document: <T extends object>(document: T): T => JSON.parse(text(JSON.stringify(document))) as T,
  };
}

/** Replaces `+12025550190` by `+1…0190`, also where it is percent-encoded in a form or query. */
function hideNumbers(text: string): string {
  return text
    .replace(/\+\d{7,15}/g, (number) => `${number.slice(0, 2)}…${number.slice(-4)}`)
    .replace(/%2B(\d)\d{2,10}(\d{4})/gi, (_, first: string, last: string) => `%2B${first}…${last}`);
}
