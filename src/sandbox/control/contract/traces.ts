// The contract of the routes of traces.
import * as z from 'zod';
import { knownTraceSchema, traceDetailsSchema } from '../../report.js';
import type { RouteContract } from './route.js';

/** The routes of traces. */
export const TRACE_ROUTES: readonly RouteContract[] = [
  {
    method: 'get',
    path: '/traces',
    summary: 'lists the traces, newest first',
    query: z.object({
      limit: z.string().optional().describe('at most this many, 100 by default'),
      before: z.string().optional().describe('only those that began before the trace with this id'),
      number: z.string().optional().describe('only those in which this number took part'),
      failed: z.literal(['true', 'false']).optional().describe('true: only those in which something failed'),
    }),
    answers: { 200: z.array(knownTraceSchema) },
  },
  {
    method: 'get',
    path: '/traces/{id}',
    summary: 'shows a trace with its events, by its id, by the number at the end of its id, or `latest`',
    query: z.object({
      wait: z.string().optional().describe('waits until it is closed, at most this many milliseconds'),
    }),
    answers: { 200: traceDetailsSchema },
  },
];
