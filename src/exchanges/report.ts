// Schemas of the JSON form of an exchange, which the gateway and the sandbox share; scripts rely on them.
import * as z from 'zod';
import { REASONS } from './verdict.js';

const verdictSchema = z.object({
  result: z.enum(['valid', 'invalid', 'unsigned']),
  reasons: z.array(z.enum(REASONS)).describe('why it is not valid, or why another validator may not take it'),
  signedUrl: z.string().nullable().describe('the URL that was signed, where it was found'),
  computedUrl: z.string().describe('the URL that the app computes'),
  token: z.string().nullable().describe('the name of the token it was signed with, when it was another one'),
});

/** An exchange without its bodies: `requests --follow --json` prints one a line. */
export const exchangeReportSchema = z.object({
  id: z.number(),
  direction: z
    .enum(['webhook', 'rest'])
    .exactOptional()
    .describe('rest: a request of the app to Twilio; a webhook, if it is missing'),
  traceId: z.string().nullable().exactOptional().describe('the trace, in the sandbox'),
  eventId: z.number().nullable().exactOptional().describe('the event about this request, in the sandbox'),
  kind: z.string().describe('what its path or the webhook is for; rest for a REST request'),
  at: z.string().describe('ISO 8601'),
  duration: z.number().describe('milliseconds'),
  attempt: z.number(),
  method: z.string(),
  target: z.string(),
  status: z.number().nullable(),
  sids: z.record(z.string(), z.string()),
  from: z.string().nullable(),
  to: z.string().nullable(),
  verdict: verdictSchema,
  error: z
    .string()
    .nullable()
    .describe('the rest of "the app …", when there is no complete answer, or a failure'),
  refusal: z.string().nullable().describe('why it was not let through'),
  remote: z.string(),
  app: z.string(),
  publicBase: z.string(),
  replayOf: z.number().nullable(),
  findings: z
    .array(
      z.object({
        id: z.enum(['redirect', 'host-refused', 'airplay', 'csrf', 'loop', 'signature']),
        what: z.string(),
        tryNext: z.array(z.string()).describe('what fixes it, most promising first'),
      }),
    )
    .describe('what the answer or the signature shows to be wrong'),
});

/** See {@link exchangeReportSchema}. */
export type ExchangeReport = z.infer<typeof exchangeReportSchema>;

const messageSchema = z.object({
  headers: z
    .array(z.tuple([z.string(), z.string()]))
    .describe('as they came; what lets somebody in is hidden'),
  body: z.string().describe('decoded, if it was compressed'),
  isCut: z.boolean().describe('whether this is only the beginning of the body'),
  undecoded: z.string().nullable().describe('why the body, or the rest of it, could not be decoded'),
});

/** An exchange with its headers and bodies. */
export const fullExchangeSchema = exchangeReportSchema.extend({
  request: messageSchema.extend({
    parameters: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  }),
  answer: messageSchema,
});

/** See {@link fullExchangeSchema}. */
export type FullExchangeReport = z.infer<typeof fullExchangeSchema>;

/** How the answer to a replay differs from the answer that was recorded. */
export const answerDifferenceSchema = z
  .object({
    status: z.tuple([z.number().nullable(), z.number().nullable()]).nullable().describe('before and now'),
    headers: z.array(z.string()).describe('names of those that differ'),
    body: z.boolean(),
  })
  .describe('from the answer that was recorded');

/** See {@link answerDifferenceSchema}. */
export type AnswerDifferenceReport = z.infer<typeof answerDifferenceSchema>;
