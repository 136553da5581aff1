// The JSON documents that the `checkout` commands print; their schemas are the contract with scripts.
import * as z from 'zod';
import { NEEDS } from './needs.js';

/** What `checkout prepare --json` prints. */
export const checkoutPrepareReportSchema = z.object({
  command: z.literal('checkout prepare'),
  checkout: z.string().describe('its folder'),
  python: z.string().describe('the program that ran the script'),
  database: z.string().describe('the SQLite file'),
  email: z.string().describe('of the user with phones'),
  flags: z.array(z.string()).describe('those that are on for everyone'),
  changes: z.array(z.string()).describe('what was done, one line each; empty if nothing was missing'),
  next: z.array(z.string()).describe('commands to run next'),
});

/** See {@link checkoutPrepareReportSchema}. */
export type CheckoutPrepareReport = z.infer<typeof checkoutPrepareReportSchema>;

/** What `checkout status --json` prints. */
export const checkoutStatusReportSchema = z.object({
  command: z.literal('checkout status'),
  checkout: z.string().describe('its folder'),
  ready: z.boolean(),
  rows: z.array(
    z.object({
      id: z.enum(NEEDS),
      ok: z.boolean().nullable().describe('null if it was not checked, because another row failed'),
      what: z.string().describe('its state'),
      why: z.string().describe('why it matters'),
      tryNext: z.array(z.string()).describe('what to run; empty if the need is met'),
    }),
  ),
});

/** See {@link checkoutStatusReportSchema}. */
export type CheckoutStatusReport = z.infer<typeof checkoutStatusReportSchema>;
