// The JSON documents that serve prints; their schemas are the contract with scripts.
import * as z from 'zod';

/** What `serve --json` prints once webhooks are answered; numbers are hidden unless `--show-numbers` is given. */
export const serveReportSchema = z.object({
  command: z.literal('serve'),
  target: z.enum(['live', 'sandbox']),
  origin: z.string().describe('where it listens'),
  publicBase: z.string().describe('where Twilio reaches it'),
  masks: z.array(z.object({ number: z.string(), realNumber: z.string() })),
  unsent: z.number().describe('texts that were refused or given up before, and are kept'),
});

/** See {@link serveReportSchema}. */
export type ServeReport = z.infer<typeof serveReportSchema>;

/** What `serve --show-token --json` prints. */
export const tokenReportSchema = z.object({
  command: z.literal('serve'),
  token: z.string().describe('a secret: whoever has it can text as the mask'),
});

/** See {@link tokenReportSchema}. */
export type TokenReport = z.infer<typeof tokenReportSchema>;

/** Something that happened: what `serve --json` prints behind its first document, one a line. */
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
