// Shows phone numbers in part, in what the page of a live account gets: they belong to real people.

/** The header of a request that shows them whole, with the value `shown`. No other site can send it. */
export const SHOW_NUMBERS_HEADER = 'relay-phone-numbers';

/** A number in E.164, with a plus sign that may be percent-encoded in a form or a query. */
const NUMBER = /(\+|%2B)(\d{7,15})(?!\d)/gi;

/** Replaces `+12025550190` by `+1 202 … 90`, and numbers of other countries by `+44 … 90`, in JSON or plain text. */
export function hideNumbers(text: string): string {
  return text.replace(NUMBER, (_, sign: string, digits: string) => {
    const [space, end] = [sign === '+' ? ' ' : '', digits.slice(-2)];
    const start = /^1\d{10}$/.test(digits) ? `1${space}${digits.slice(1, 4)}` : digits.slice(0, 2);
    return `${sign}${start}${space}…${space}${end}`;
  });
}

/** True if a text may be what {@link hideNumbers} made of one: it must not be sent to the app. */
export function mayHideNumber(text: string): boolean {
  return /(?:\+|%2B)[\d ]{2,7}…/i.test(text);
}
