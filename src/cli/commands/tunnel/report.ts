// The JSON documents that `tunnel` prints; their schemas are the contract with scripts.
import * as z from 'zod';

/** What `tunnel --json` prints once the public base is up and Twilio leads to it. */
export const tunnelReportSchema = z.object({
  command: z.literal('tunnel'),
  target: z.enum(['live', 'sandbox']),
  publicBase: z.string().describe('the origin under which Twilio reaches the app'),
  gateway: z.string().describe('where the gateway listens'),
  app: z.string().describe('where the app is'),
  applicationSid: z.string().nullable().describe('the TwiML app that leads to the public base'),
  webhooks: z
    .array(z.string())
    .describe(
      'the paths that the TwiML app and the numbers name; a valid signature lets in any other one too',
    ),
  exposesAll: z.boolean(),
  page: z.string().nullable().describe('the origin of its page in a browser; null without one'),
});

/** A document of {@link tunnelReportSchema}. */
export type TunnelReport = z.infer<typeof tunnelReportSchema>;

/** Something that happened: what `tunnel --json` prints besides its first document, one a line. */
export const tunnelEventReportSchema = z.looseObject({
  at: z.string().describe('ISO 8601'),
  kind: z.enum([
    'connecting',
    'up',
    'proven',
    'lost',
    'retrying',
    'exchange',
    'refused',
    'finding',
    'app-down',
    'app-up',
    'recording-stopped',
    'recording-resumed',
    'app-ended',
    'summary',
  ]),
});
