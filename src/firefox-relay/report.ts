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
  frontend: z
    .object({
      built: z.boolean(),
      what: z.string().describe('its state'),
      tryNext: z.array(z.string()).describe('how to build it, to run in the checkout; empty if it is built'),
    })
    .describe("Relay's web page, which phones do not need"),
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

/** What `checkout login --json` prints, one a line: the address, then that a browser was signed in. */
export const checkoutLoginReportSchema = z.object({
  command: z.literal('checkout login'),
  checkout: z.string().describe('its folder'),
  email: z.string().describe('of the user'),
  origin: z.string().describe('SITE_ORIGIN'),
  state: z.enum(['waiting', 'signed-in']),
  address: z.string().nullable().describe('to open in a browser, once; null when it was used'),
  expiresAt: z.string().nullable().describe('ISO 8601; null when the address was used'),
});

/** See {@link checkoutLoginReportSchema}. */
export type CheckoutLoginReport = z.infer<typeof checkoutLoginReportSchema>;
