// The JSON documents that the sandbox commands print; their schemas are the contract with scripts.
import { z } from 'zod';

/** What `sandbox --json` prints once it accepts requests. */
export const sandboxReportSchema = z.object({
  command: z.literal('sandbox'),
  origin: z.string().describe('where it answers'),
  port: z.number(),
  accountSid: z.string(),
});

/** See {@link sandboxReportSchema}. */
export type SandboxReport = z.infer<typeof sandboxReportSchema>;

/** What `sandbox phones --json` prints. */
export const phonesReportSchema = z.object({
  command: z.literal('sandbox phones'),
  phones: z.array(
    z.object({
      number: z.string(),
      texts: z
        .array(
          z.object({
            sid: z.string(),
            from: z.string(),
            to: z.string(),
            body: z.string(),
            mediaUrls: z.array(z.string()).readonly(),
            receivedAt: z.string().describe('ISO 8601'),
          }),
        )
        .describe('oldest first'),
    }),
  ),
});

/** See {@link phonesReportSchema}. */
export type PhonesReport = z.infer<typeof phonesReportSchema>;

const hop = z.looseObject({
  id: z.number().describe('ascending, in the order in which things happened'),
  at: z.string().describe('ISO 8601'),
  kind: z.enum([
    'request.in',
    'text.received',
    'text.queued',
    'text.status',
    'text.reached-phone',
    'webhook.sent',
    'twiml.run',
    'opt-out',
    'call.started',
    'call.status',
    'call.connected',
    'call.recorded',
    'phone.call',
  ]),
  traceId: z.string(),
  cause: z.number().nullable().describe('the id of the hop that led to this one'),
});

/** What `text --json` prints. */
export const textReportSchema = z.object({
  command: z.literal('text'),
  from: z.string(),
  to: z.string(),
  messageSid: z.string().nullable().describe('null when the number receives nothing'),
  webhook: z
    .object({
      url: z.string(),
      status: z.number().nullable().describe('null when there was no answer'),
      errorCode: z.number().nullable(),
      failure: z.string().nullable(),
    })
    .nullable()
    .describe('null when there is no URL to tell'),
  replies: z
    .array(
      z.object({
        sid: z.string(),
        from: z.string(),
        to: z.string(),
        body: z.string(),
        mediaUrls: z.array(z.string()).readonly(),
      }),
    )
    .readonly()
    .describe('what TwiML said to send'),
  automaticReply: z.string().nullable().describe('what was answered by itself to STOP, START or HELP'),
  hops: z.array(hop).describe('all that happened, with what belongs to its kind'),
});

/** See {@link textReportSchema}. */
export type TextReport = z.infer<typeof textReportSchema>;

/** What `call --json` prints. */
export const callReportSchema = z.object({
  command: z.literal('call'),
  from: z.string(),
  to: z.string(),
  callSid: z.string(),
  state: z
    .enum(['ended', 'busy', 'unanswered', 'calling', 'talking', 'ringing', 'rejected', 'missed'])
    .describe('how it ended'),
  answeredAt: z.string().nullable().describe('ISO 8601; null when it was not'),
  endedAt: z.string().nullable(),
  heard: z
    .array(z.object({ kind: z.enum(['say', 'play', 'keys', 'words']), content: z.string() }))
    .describe('what the caller heard, in order'),
  documents: z
    .array(
      z.object({
        url: z.string(),
        status: z.number().nullable().describe('null when there was no answer'),
        errorCode: z.number().nullable(),
        failure: z.string().nullable(),
      }),
    )
    .describe('what the app was asked for, in order; empty when there is no URL to ask'),
  hops: z.array(hop).describe('all that happened, with what belongs to its kind'),
});

/** See {@link callReportSchema}. */
export type CallReport = z.infer<typeof callReportSchema>;
