// The form in which the contract of the control API describes its routes.
import type * as z from 'zod';

/** A route of the control API: what it takes and what it answers. Its OpenAPI document is made from these. */
export interface RouteContract {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** Below `/_sandbox`, with its parameters in braces: `/phones/{number}/texts`. */
  readonly path: string;
  /** What it does, as a sentence without a subject: `lists the phones`. */
  readonly summary: string;
  /** Its parameters in the query; all of them are optional texts. */
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** The answers by status; null for one without a body. Refusals (400, 401, 403, 404, 504, 507) are added to every route. */
  readonly answers: Readonly<Record<number, z.ZodType | null>>;
}
