// Reads the fields that the owner sends, and says what is wrong with one in the form of Django REST framework.
import { HttpError } from '../webhooks/guard.js';

/** The fields of a request. */
export type Fields = Readonly<Record<string, unknown>>;

/** One field is not as it must be. */
export class FieldError extends HttpError {
  readonly field: string;

  /** @param message why, as a sentence */
  constructor(field: string, message: string) {
    super(400, message);
    this.field = field;
  }
}

/**
 * A text, without the blanks around it; a number counts as its digits.
 *
 * @param longest in characters
 * @throws BadField when it is missing, no text, empty or too long.
 */
export function readTextField(body: Fields, field: string, longest: number): string {
  const text = findTextField(body, field, longest);
  if (text === undefined) throw new FieldError(field, 'This field is required.');
  return text;
}

/** The same for one that may be missing. */
export function findTextField(body: Fields, field: string, longest: number): string | undefined {
  const value = Object.hasOwn(body, field) ? body[field] : undefined;
  if (value === undefined) return undefined;
  if (value === null) throw new FieldError(field, 'This field may not be null.');
  if (typeof value !== 'string' && typeof value !== 'number')
    throw new FieldError(field, 'Not a valid string.');
  const text = String(value).trim();
  if (text === '') throw new FieldError(field, 'This field may not be blank.');
  if (text.includes('\0')) throw new FieldError(field, 'Null characters are not allowed.');
  if (text.length <= longest) return text;
  throw new FieldError(field, `Ensure this field has no more than ${longest} characters.`);
}
