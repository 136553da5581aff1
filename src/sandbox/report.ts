// The schemas of the JSON documents that the sandbox commands print.
import * as z from 'zod';
import type { UnsupportedUse } from './platform/events/unsupported-use.js';
import type { KnownTrace } from './traces/trace-log.js';

/** `sandbox --json`, once it accepts requests. */
export const sandboxReportSchema = z.object({
  command: z.literal('sandbox'),
  origin: z.string().describe('where it listens'),
  publicOrigin: z
    .string()
    .describe('how the app reaches it: in the URLs that it hands out, such as those of media'),
  port: z.number(),
  accountSid: z.string(),
  page: z.string().nullable().describe('the origin of its page in a browser; null without one'),
});

/** See {@link sandboxReportSchema}. */
export type SandboxReport = z.infer<typeof sandboxReportSchema>;

/** Something that the sandbox lacks, in the lists of commands and of the control API. */
export const unsupportedUseSchema = z.object({
  what: z
    .enum(['api', 'operation', 'parameter', 'verb', 'noun', 'attribute'])
    .describe('what kind of thing it is'),
  name: z.string().describe('as Twilio names it: Conversations, POST Calls/Streams, <Connect>'),
  host: z.string().nullable().describe('the host that has it at Twilio; null for TwiML'),
  askedIn: z.enum(['request', 'twiml']).describe('a REST request, or a TwiML document of the app'),
  method: z
    .string()
    .nullable()
    .describe('of the request, or of the webhook or request that the TwiML belongs to; null if unknown'),
  url: z.string().nullable().describe('the path of a REST request, the URL of a webhook; null if unknown'),
  traceId: z.string(),
  eventId: z.number().describe('of the event `unsupported`'),
}) satisfies z.ZodType<UnsupportedUse>;

const heard = z.array(
  z.object({
    kind: z.enum(['say', 'play', 'keys', 'words']),
    content: z.string(),
    at: z.string().nullable().describe('ISO 8601; null if an earlier version wrote the log'),
  }),
);

const said = z.array(
  z.object({ kind: z.enum(['keys', 'words']), content: z.string(), at: z.string().describe('ISO 8601') }),
);

const media = z
  .array(z.object({ contentType: z.string(), url: z.string() }))
  .readonly()
  .describe('the files as received, until the account deletes them');

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

/** `Behaviour` of a phone, in every respect. */
const behaviour = z
  .looseObject({
    texts: z.union([
      z.enum(['delivered', 'read', 'silent']),
      z.object({ undelivered: z.number() }),
      z.object({ failed: z.number() }),
    ]),
    callbacks: z.enum(['once', 'duplicated', 'reordered']),
    calls: z.enum(['answers', 'busy', 'rejects', 'no-answer']),
    callerId: z.enum(['shown', 'withheld']),
    slow: z.number().describe('milliseconds'),
    blocked: z.array(z.string()).readonly().describe('the numbers that it blocks'),
  })
  .describe('how the phone treats texts and calls now');

const timelineEntry = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('text'),
    direction: z.enum(['received', 'sent']),
    with: z.string().describe('the other number'),
    at: z.string().describe('ISO 8601'),
    sid: z.string().nullable().describe('null if its Messaging Service receives no texts'),
    body: z.string(),
    mediaUrls: z.array(z.string()).readonly(),
    media,
  }),
  z.object({
    kind: z.literal('call'),
    direction: z.enum(['incoming', 'outgoing']),
    with: z.string().describe('the other number, as the phone shows it'),
    at: z.string().describe('when it began, ISO 8601'),
    sid: z.string(),
    state: callState,
    answeredAt: z.string().nullable(),
    endedAt: z.string().nullable(),
    heard: heard.readonly(),
    said: said.readonly(),
  }),
]);

/** `sandbox phones --json`. */
export const phonesReportSchema = z.object({
  command: z.literal('sandbox phones'),
  phones: z.array(
    z.object({
      number: z.string(),
      label: z.string().describe('empty if it has none'),
      behaviour,
      optedOutOf: z.array(z.string()).describe('the senders that it has texted STOP'),
      timeline: z.array(timelineEntry).readonly().describe('texts and calls, oldest first'),
      texts: z
        .array(
          z.object({
            sid: z.string(),
            from: z.string(),
            to: z.string(),
            body: z.string(),
            mediaUrls: z.array(z.string()).readonly(),
            media,
            receivedAt: z.string().describe('ISO 8601'),
          }),
        )
        .readonly()
        .describe('oldest first'),
      sent: z
        .array(
          z.object({
            sid: z.string().nullable().describe('null if its Messaging Service receives no texts'),
            from: z.string(),
            to: z.string(),
            body: z.string(),
            mediaUrls: z.array(z.string()).readonly(),
            media,
            sentAt: z.string().describe('ISO 8601'),
          }),
        )
        .readonly()
        .describe('oldest first'),
      calls: z
        .array(
          z.object({
            sid: z.string(),
            direction: z.enum(['incoming', 'outgoing']),
            shown: z.string().describe('the other number, as the phone shows it'),
            state: callState.describe('the current state, or how the call ended'),
            heard: heard.readonly().describe('in order'),
            said: said.readonly().describe('what the phone itself said and pressed, in order'),
            waitsFor: z
              .object({
                input: z.array(z.enum(['dtmf', 'speech'])).readonly(),
                numDigits: z
                  .number()
                  .nullable()
                  .describe('null if only a finish key or silence ends the input'),
                finishOnKey: z.string(),
                timeoutSeconds: z.number(),
                since: z.string().describe('ISO 8601'),
              })
              .nullable()
              .describe('what the app waits for now'),
            startedAt: z.string().describe('ISO 8601'),
            answeredAt: z.string().nullable().describe('null if it was not answered'),
            endedAt: z.string().nullable().describe('null while the call is in progress'),
          }),
        )
        .readonly()
        .describe('oldest first'),
    }),
  ),
});

/** See {@link phonesReportSchema}. */
export type PhonesReport = z.infer<typeof phonesReportSchema>;

/** `sandbox phones --code --json`. */
export const phoneCodeReportSchema = z.object({
  command: z.literal('sandbox phones'),
  number: z.string().describe('the phone'),
  code: z.string().describe('six digits'),
  text: z
    .object({
      sid: z.string(),
      from: z.string(),
      body: z.string(),
      receivedAt: z.string().describe('ISO 8601'),
    })
    .describe('the text that it is in'),
});

/** See {@link phoneCodeReportSchema}. */
export type PhoneCodeReport = z.infer<typeof phoneCodeReportSchema>;

const exposures = z
  .array(
    z.object({
      phone: z.string(),
      how: z.enum(['sender', 'body', 'media', 'caller id', 'heard']).describe('where the number was'),
      written: z.string().describe('the number as written there'),
      sid: z.string().describe('the message or call that showed it'),
      at: z.string().describe('ISO 8601'),
      excerpt: z.string().describe('the text around it'),
      traceId: z.string().nullable().describe('null if the sandbox no longer knows it'),
      eventId: z.number().nullable().describe('the event that showed it; null if no longer known'),
    }),
  )
  .describe('oldest first, without the allowed phones');

/** `sandbox leaks --number … --json`. */
export const leaksReportSchema = z.object({
  command: z.literal('sandbox leaks'),
  number: z.string().describe('the number to hide, E.164'),
  allowed: z.array(z.string()).describe('the phones that may see it'),
  sightings: exposures,
});

/** See {@link leaksReportSchema}. */
export type LeaksReport = z.infer<typeof leaksReportSchema>;

/** `sandbox leaks --json` without a number: all assertions. */
export const assertionsReportSchema = z.object({
  command: z.literal('sandbox leaks'),
  assertions: z
    .array(
      z.object({
        id: z.string(),
        number: z.string().describe('the number to hide, E.164'),
        allowed: z.array(z.string()).readonly().describe('the phones that may see it'),
        isKept: z.boolean(),
        exposures: exposures.readonly().describe('those that break it, oldest first'),
      }),
    )
    .describe('in the order of their numbers'),
});

/** See {@link assertionsReportSchema}. */
export type AssertionsReport = z.infer<typeof assertionsReportSchema>;

/** An event: `sandbox --follow --json` prints one per line, after the document of `sandbox`. */
export const eventReportSchema = z.looseObject({
  id: z.number().describe('ascending, in the order of events'),
  at: z.string().describe('ISO 8601'),
  kind: z.enum([
    'request.in',
    'fault.hit',
    'unsupported',
    'phone.texts',
    'text.received',
    'text.queued',
    'text.status',
    'text.reached-phone',
    'webhook.began',
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
    'gather.waiting',
    'exposure',
    'behaviour.changed',
    'clock.advanced',
    'sandbox.reset',
    'sandbox.restored',
  ]),
  traceId: z.string(),
  cause: z.number().nullable().describe('the id of the event that caused this one'),
});

const strings = z.array(z.string()).readonly();

/** A trace of `sandbox traces --json` and of the control API. */
export const knownTraceSchema = z.object({
  traceId: z.string(),
  startedAt: z.string().describe('ISO 8601'),
  lastAt: z.string().describe('the time of its last event, ISO 8601'),
  sentence: z.string().describe('what it came to, in plain English'),
  succeeded: z
    .boolean()
    .describe(
      'false if nobody was reached and nobody answered, or the app did not answer a webhook of the act',
    ),
  phones: strings.describe('the phones that took part'),
  numbers: strings.describe('the numbers of the account that took part'),
  counts: z.object({
    texts: z.number(),
    calls: z.number().describe('legs of calls'),
    webhooks: z.number().describe('the attempts at one URL are one webhook'),
    requests: z.number().describe('REST requests'),
    exposures: z.number(),
  }),
  worst: z.enum(['done', 'warning', 'failed']).describe('the worst that happened in it'),
  isGuessed: z.boolean().describe('whether the cause of an event is a guess'),
  isComplete: z.boolean().describe('false if its first events are no longer kept'),
  state: z.enum(['open', 'closed']).describe('closed: nothing of it is in progress'),
}) satisfies z.ZodType<KnownTrace>;

/** A trace of `sandbox traces ID --json` and of the control API. */
export const traceDetailsSchema = knownTraceSchema.extend({
  tree: z
    .array(
      z.object({
        event: eventReportSchema,
        depth: z.number().describe('0 for a root'),
        isGuessed: z.boolean().describe('whether its cause is a guess'),
        isCauseMissing: z.boolean().describe('whether it has a cause that is no longer kept'),
        children: z.array(z.number()).readonly().describe('the ids of the events that it caused'),
      }),
    )
    .readonly()
    .describe('each event is followed by everything that it caused'),
});

/** `sandbox traces --json`. */
export const tracesReportSchema = z.object({
  command: z.literal('sandbox traces'),
  traces: z.array(knownTraceSchema).readonly().describe('newest first'),
});

/** See {@link tracesReportSchema}. */
export type TracesReport = z.infer<typeof tracesReportSchema>;

/** `sandbox traces ID --json`. */
export const traceReportSchema = z.object({
  command: z.literal('sandbox traces'),
  trace: traceDetailsSchema,
});

/** See {@link traceReportSchema}. */
export type TraceReport = z.infer<typeof traceReportSchema>;

/** `phone --json`: one line at the start, before the events. */
export const phoneReportSchema = z.object({
  command: z.literal('phone'),
  number: z.string().describe('the phone'),
  to: z
    .string()
    .nullable()
    .describe('the number that its texts and calls go to at first; null if none is known'),
  calls: z
    .enum(['answers', 'busy', 'rejects', 'no-answer'])
    .optional()
    .describe('with --calls: what it does when it is called from now on'),
});

/** See {@link phoneReportSchema}. */
export type PhoneReport = z.infer<typeof phoneReportSchema>;

const metUnsupported = z
  .array(unsupportedUseSchema)
  .readonly()
  .describe('what the app asked for that the sandbox lacks; in a strict sandbox the exit code is then 6');

/** `text --json`. */
export const textReportSchema = z.object({
  command: z.literal('text'),
  from: z.string(),
  to: z.string(),
  messageSid: z.string().nullable().describe('null if its Messaging Service receives no texts'),
  webhook: z
    .object({
      url: z.string(),
      status: z.number().nullable().describe('null without an answer'),
      errorCode: z.number().nullable(),
      failure: z.string().nullable(),
    })
    .nullable()
    .describe('null if the number has no webhook URL'),
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
    .describe('the messages of the TwiML'),
  automaticReply: z.string().nullable().describe('the automatic reply to STOP, START or HELP'),
  sentence: z.string().describe('what it came to, in plain English'),
  succeeded: z
    .boolean()
    .describe(
      'false if nobody was reached and nobody answered, or the app did not answer: then the exit code is 6',
    ),
  unsupported: metUnsupported,
  hops: z.array(eventReportSchema).describe('all events of the trace, each with the fields of its kind'),
});

/** See {@link textReportSchema}. */
export type TextReport = z.infer<typeof textReportSchema>;

/** `call --json`. */
export const callReportSchema = z.object({
  command: z.literal('call'),
  from: z.string(),
  to: z.string(),
  callSid: z.string(),
  state: callState.describe('how it ended'),
  answeredAt: z.string().nullable().describe('ISO 8601; null if it was not answered'),
  endedAt: z.string().nullable(),
  heard: heard.describe('what the caller heard, in order'),
  said: said.describe('what the caller said and pressed, in order'),
  documents: z
    .array(
      z.object({
        url: z.string(),
        status: z.number().nullable().describe('null without an answer'),
        errorCode: z.number().nullable(),
        failure: z.string().nullable(),
      }),
    )
    .describe('the TwiML documents requested, in order; empty if the number has no voice URL'),
  sentence: z.string().describe('what it came to, in plain English'),
  succeeded: z
    .boolean()
    .describe(
      'false if nobody was reached and nobody answered, or the app did not answer: then the exit code is 6',
    ),
  unsupported: metUnsupported,
  hops: z.array(eventReportSchema).describe('all events of the trace, each with the fields of its kind'),
});

/** See {@link callReportSchema}. */
export type CallReport = z.infer<typeof callReportSchema>;

/** `call end --json`. */
export const callEndReportSchema = z.object({
  command: z.literal('call end'),
  calls: z
    .array(
      z.object({
        phone: z.string(),
        other: z.string().describe('the other number, as the phone shows it'),
        callSid: z.string().describe("of the phone's leg"),
        state: callState.describe('how it ended'),
      }),
    )
    .describe('the calls that were ended'),
});

/** See {@link callEndReportSchema}. */
export type CallEndReport = z.infer<typeof callEndReportSchema>;
