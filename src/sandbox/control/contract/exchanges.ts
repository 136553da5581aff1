// The contract of the routes of exchanges.
import * as z from 'zod';
import { replayEditsSchema } from '../../../exchanges/replay-edits-schema.js';
import {
  answerDifferenceSchema,
  exchangeReportSchema,
  fullExchangeSchema,
} from '../../../exchanges/report.js';
import type { RouteContract } from './route.js';

/** The routes of exchanges. */
export const EXCHANGE_ROUTES: readonly RouteContract[] = [
  {
    method: 'get',
    path: '/exchanges',
    summary: 'lists REST requests and webhooks, newest first',
    query: z.object({
      direction: z.literal(['webhook', 'rest']).optional(),
      trace: z.string().optional().describe('the id of a trace'),
      sid: z.string().optional().describe('a SID in its parameters, its path or the resource it created'),
      number: z.string().optional().describe('its From or To'),
      path: z.string().optional().describe('a part of its request target'),
      status: z.string().optional().describe('a status such as 404, or a class such as 4xx'),
      failed: z
        .literal(['true', 'false'])
        .optional()
        .describe('true: only those without an answer, with an error, or with a signature that is not valid'),
      before: z.string().optional().describe('only those with a lower id'),
      limit: z.string().optional().describe('at most this many, 100 by default'),
    }),
    answers: { 200: z.array(exchangeReportSchema) },
  },
  {
    method: 'get',
    path: '/exchanges/{id}',
    summary: 'shows an exchange with its headers and bodies',
    answers: { 200: fullExchangeSchema },
  },
  {
    method: 'post',
    path: '/exchanges/{id}/replay',
    summary: 'sends a webhook again, as it was or edited, and compares the answers',
    body: replayEditsSchema,
    answers: { 200: z.object({ exchange: fullExchangeSchema, difference: answerDifferenceSchema }) },
  },
];
