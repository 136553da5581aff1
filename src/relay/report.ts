// Schemas of the JSON documents that `serve --json` prints; scripts rely on them.
import * as z from 'zod';

/** The first document of `serve --json`, printed when webhooks are answered. Numbers are shortened without `--show-numbers`. */
export const serveReportSchema = z.object({
  command: z.literal('serve'),
  target: z.enum(['live', 'sandbox']),
  origin: z.string().describe('where it listens'),
  publicBase: z.string().describe('where Twilio reaches it'),
  masks: z.array(z.object({ number: z.string(), realNumber: z.string() })),
  page: z.string().nullable().describe('the origin of its page in a browser; null without one'),
  unsent: z.number().describe('texts that were refused or given up before, and are kept'),
});

/** See {@link serveReportSchema}. */
export type ServeReport = z.infer<typeof serveReportSchema>;

/** The document of `serve --show-token --json`. */
export const tokenReportSchema = z.object({
  command: z.literal('serve'),
  token: z.string().describe('a secret: its holder can send texts as the mask'),
});

/** See {@link tokenReportSchema}. */
export type TokenReport = z.infer<typeof tokenReportSchema>;

/** An event: `serve --json` prints one a line after its first document. */
export const relayEventReportSchema = z.looseObject({
  at: z.string().describe('ISO 8601'),
  kind: z.enum([
    'text.came',
    'reply.came',
    'text.dropped',
    'reply.refused',
    'call.came',
    'call.refused',
    'call.ended',
    'text.sent',
    'text.status',
    'forgotten',
    'postponed',
    'refused',
    'given-up',
    'code.sent',
    'phone.verified',
    'mask.bought',
    'caught-up',
    'repeated',
    'turned-away',
    'summary',
  ]),
});
