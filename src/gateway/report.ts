// Schemas of the JSON documents that `requests` and `replay` print; scripts rely on them.
import * as z from 'zod';
import { decodeBody } from '../http/content-coding.js';
import type { AnswerDifference, Exchange, ExchangeSummary } from './exchanges/exchange.js';
import { findHeader, hideSecrets, readHeaderPairs } from './headers.js';

import { REASONS } from './signature/verdict.js';
import { isForm, readParameters } from './webhook-parameters.js';

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
  kind: z.string().describe('what its path is for'),
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
  error: z.string().nullable().describe('the rest of "the app …", when it gave no whole answer'),
  refusal: z.string().nullable().describe('why it was not let through'),
  remote: z.string(),
  app: z.string(),
  publicBase: z.string(),
  replayOf: z.number().nullable(),
  findings: z
    .array(
      z.object({
        id: z.enum(['redirect', 'host-refused', 'airplay', 'loop']),
        what: z.string(),
        tryNext: z.array(z.string()).describe('what fixes it, most promising first'),
      }),
    )
    .describe('what the answer shows to be wrong'),
});

/** See {@link exchangeReportSchema}. */
export type ExchangeReport = z.infer<typeof exchangeReportSchema>;

/** The document of `requests --json`. Numbers are shortened without `--show-numbers`. */
export const requestsReportSchema = z.object({
  command: z.literal('requests'),
  exchanges: z.array(exchangeReportSchema).describe('newest first'),
});

/** See {@link requestsReportSchema}. */
export type RequestsReport = z.infer<typeof requestsReportSchema>;

const messageSchema = z.object({
  headers: z
    .array(z.tuple([z.string(), z.string()]))
    .describe('as they came; what lets somebody in is hidden'),
  body: z.string().describe('decoded, if it was compressed'),
  isCut: z.boolean().describe('whether this is only the beginning of the body'),
  undecoded: z.string().nullable().describe('why the body, or the rest of it, could not be decoded'),
});

const fullExchangeSchema = exchangeReportSchema.extend({
  request: messageSchema.extend({
    parameters: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  }),
  answer: messageSchema,
});

/** The document of `requests ID --json`. */
export const requestReportSchema = z.object({ command: z.literal('requests'), exchange: fullExchangeSchema });

/** See {@link requestReportSchema}. */
export type RequestReport = z.infer<typeof requestReportSchema>;

/** The document of `requests export --json`. */
export const requestsExportReportSchema = z.object({
  command: z.literal('requests export'),
  story: z.string().describe('YAML, for relay-phone play; without numbers of real people'),
});

/** See {@link requestsExportReportSchema}. */
export type RequestsExportReport = z.infer<typeof requestsExportReportSchema>;

/** The document of `replay --json`. */
export const replayReportSchema = z.object({
  command: z.literal('replay'),
  replays: z.array(
    z.object({
      of: z.number(),
      exchange: fullExchangeSchema,
      difference: z
        .object({
          status: z
            .tuple([z.number().nullable(), z.number().nullable()])
            .nullable()
            .describe('before and now'),
          headers: z.array(z.string()).describe('names of those that differ'),
          body: z.boolean(),
        })
        .describe('from the answer that was recorded'),
    }),
  ),
});

/** See {@link replayReportSchema}. */
export type ReplayReport = z.infer<typeof replayReportSchema>;

/** Formats an exchange without its bodies. */
export function formatExchangeReport(summary: ExchangeSummary): ExchangeReport {
  const { verdict, sids, findings = [] } = summary;
  return {
    ...summary,
    findings: findings.map(({ tryNext, ...finding }) => ({ ...finding, tryNext: [...tryNext] })),
    at: new Date(summary.at).toISOString(),
    sids: { ...sids },
    verdict: { ...verdict, reasons: [...verdict.reasons] },
  };
}

/** Formats an exchange with its headers and bodies; compressed bodies are decoded, credentials in headers are hidden. */
export async function formatFullExchange(exchange: Exchange): Promise<RequestReport['exchange']> {
  const { requestHead, answerHead, requestBody, answerBody, isRequestCut, isAnswerCut } = exchange;
  const request = await formatMessage(readHeaderPairs(requestHead), requestBody, isRequestCut);
  const form = isForm(findHeader(readHeaderPairs(requestHead), 'content-type'))
    ? readParameters(request.body)
    : {};
  return {
    ...formatExchangeReport(exchange.summary),
    request: {
      ...request,
      parameters: JSON.parse(JSON.stringify(form)) as Record<string, string | string[]>,
    },
    answer: await formatMessage(readHeaderPairs(answerHead), answerBody, isAnswerCut),
  };
}

/** As much of a decoded body as is kept of any body. */
const MAX_DECODED_BYTES = 256 * 1024;

async function formatMessage(
  headers: readonly string[],
  body: Buffer,
  isCut: boolean,
): Promise<RequestReport['exchange']['answer']> {
  const limits = { isCut, maxBytes: MAX_DECODED_BYTES };
  const decoded = await decodeBody(body, findHeader(headers, 'content-encoding'), limits);
  return {
    headers: pairHeaders(hideSecrets(headers)),
    body: decoded.body.toString(),
    isCut: decoded.isCut,
    undecoded: decoded.fault,
  };
}

/** Formats one replay. @param of the id of the exchange that was replayed */
export async function formatReplayReport(
  of: number,
  exchange: Exchange,
  difference: AnswerDifference,
): Promise<ReplayReport['replays'][number]> {
  return {
    of,
    exchange: await formatFullExchange(exchange),
    difference: { ...difference, headers: [...difference.headers] },
  };
}

function pairHeaders(headers: readonly string[]): [string, string][] {
  return headers.flatMap((name, at) =>
    at % 2 === 0 ? [[name, headers[at + 1] ?? ''] as [string, string]] : [],
  );
}
