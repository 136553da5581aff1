// Schemas of the JSON documents that `requests` and `replay` print; scripts rely on them.
import * as z from 'zod';
import type { AnswerDifference } from '../exchanges/compare.js';
import type { Exchange } from '../exchanges/exchange.js';
import { formatAnswerDifference, formatFullExchange } from '../exchanges/format.js';
import { answerDifferenceSchema, exchangeReportSchema, fullExchangeSchema } from '../exchanges/report.js';

/** The document of `requests --json`. Numbers are shortened without `--show-numbers`. */
export const requestsReportSchema = z.object({
  command: z.literal('requests'),
  exchanges: z.array(exchangeReportSchema).describe('newest first'),
});

/** See {@link requestsReportSchema}. */
export type RequestsReport = z.infer<typeof requestsReportSchema>;

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
      difference: answerDifferenceSchema,
    }),
  ),
});

/** See {@link replayReportSchema}. */
export type ReplayReport = z.infer<typeof replayReportSchema>;

/** Formats one replay. @param of the id of the exchange that was replayed */
export async function formatReplayReport(
  of: number,
  exchange: Exchange,
  difference: AnswerDifference,
): Promise<ReplayReport['replays'][number]> {
  return {
    of,
    exchange: await formatFullExchange(exchange),
    difference: formatAnswerDifference(difference),
  };
}
