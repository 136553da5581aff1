// The JSON documents that the sandbox commands print; their schemas are the contract with scripts.
import * as z from 'zod';

/** What `sandbox --json` prints once it accepts requests. */
export const sandboxReportSchema = z.object({
  command: z.literal('sandbox'),
  origin: z.string().describe('where it answers'),
  port: z.number(),
  accountSid: z.string(),
});

/** See {@link sandboxReportSchema}. */
export type SandboxReport = z.infer<typeof sandboxReportSchema>;

const heard = z.array(z.object({ kind: z.enum(['say', 'play', 'keys', 'words']), content: z.string() }));

const callState = z.enum([
  'ended',
  'busy',
  'unanswered',
  'calling',
  'talking',
  'ringing',
  'rejected',
  'missed',
]);

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
            media: z
              .array(z.object({ contentType: z.string(), url: z.string() }))
              .readonly()
              .describe('as they came, for as long as the account keeps them'),
            receivedAt: z.string().describe('ISO 8601'),
          }),
        )
        .describe('oldest first'),
      calls: z
        .array(
          z.object({
            sid: z.string(),
            direction: z.enum(['incoming', 'outgoing']),
            shown: z.string().describe('the other number, as the phone shows it'),
            state: callState.describe('how far it has come, or how it ended'),
            heard: heard.readonly().describe('in order'),
            startedAt: z.string().describe('ISO 8601'),
            answeredAt: z.string().nullable().describe('null when it was not'),
            endedAt: z.string().nullable().describe('null while it goes on'),
          }),
        )
        .describe('oldest first'),
    }),
  ),
});

/** See {@link phonesReportSchema}. */
export type PhonesReport = z.infer<typeof phonesReportSchema>;

/** What `sandbox leaks --json` prints. */
export const leaksReportSchema = z.object({
  command: z.literal('sandbox leaks'),
  number: z.string().describe('the number that nobody should see, in E.164'),
  allowed: z.array(z.string()).describe('the phones that may'),
  sightings: z
    .array(
      z.object({
        phone: z.string(),
        how: z.enum(['sender', 'body', 'media', 'caller id', 'heard']).describe('where the number stood'),
        written: z.string().describe('the number as it stood there'),
        sid: z.string().describe('the message that showed it'),
        at: z.string().describe('ISO 8601'),
        excerpt: z.string().describe('what was written around it'),
      }),
    )
    .describe('oldest first, without those of phones that may'),
});

/** See {@link leaksReportSchema}. */
export type LeaksReport = z.infer<typeof leaksReportSchema>;

/** Something that happened: what `sandbox --follow --json` prints, one a line, behind the document of `sandbox`. */
export const eventReportSchema = z.looseObject({
  id: z.number().describe('ascending, in the order in which things happened'),
  at: z.string().describe('ISO 8601'),
  kind: z.enum([
    'request.in',
    'text.received',
    'text.queued',
    'text.status',
    'text.reached-phone',
    'webhook.sent',
    'media.fetched',
    'twiml.run',
    'twiml.alert',
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
  hops: z.array(eventReportSchema).describe('all that happened, with what belongs to its kind'),
});

/** See {@link textReportSchema}. */
export type TextReport = z.infer<typeof textReportSchema>;

/** What `call --json` prints. */
export const callReportSchema = z.object({
  command: z.literal('call'),
  from: z.string(),
  to: z.string(),
  callSid: z.string(),
  state: callState.describe('how it ended'),
  answeredAt: z.string().nullable().describe('ISO 8601; null when it was not'),
  endedAt: z.string().nullable(),
  heard: heard.describe('what the caller heard, in order'),
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
  hops: z.array(eventReportSchema).describe('all that happened, with what belongs to its kind'),
});

/** See {@link callReportSchema}. */
export type CallReport = z.infer<typeof callReportSchema>;
