// The contract of the routes of the server: its proof of identity, the account, injected faults, the log of requests.
import * as z from 'zod';
import type { FaultRule } from '../../server/faults.js';
import type { RecordedRequest } from '../../server/request-log.js';
import { alerts } from './phones.js';
import type { RouteContract } from './route.js';

const count = z.int().nonnegative();

/** The body of `POST /faults`. */
export const faultRuleBody = z.strictObject({
  method: z.string().describe('the HTTP method; default: any').exactOptional(),
  path: z.string().describe('a regular expression, searched in the path with its query').exactOptional(),
  skip: count.describe('how many matching requests pass first').exactOptional(),
  times: count.describe('how many requests fail; default: all').exactOptional(),
  when: z
    .literal(['before', 'after'])
    .describe('before: the request has no effect; after: only its answer is lost')
    .exactOptional(),
  answer: z.union([
    z.literal(['drop', 'hang']),
    z.strictObject({
      status: z.int().describe('200 to 599'),
      headers: z.record(z.string(), z.string()).exactOptional(),
      code: z.int().describe("Twilio's error code; default: 20000 plus the status").exactOptional(),
      message: z.string().exactOptional(),
    }),
  ]),
}) satisfies z.ZodType<FaultRule>;

const fault = z.strictObject({
  id: z.string(),
  rule: faultRuleBody,
  hits: count.describe('how many requests it has made fail'),
});

const recordedRequest = z.strictObject({
  method: z.string(),
  path: z.string().describe('with the query'),
  status: z.int(),
  at: z.string().describe('ISO 8601'),
}) satisfies z.ZodType<RecordedRequest>;

/** The routes of the server. */
export const SERVER_ROUTES: readonly RouteContract[] = [
  {
    method: 'get',
    path: '/hello',
    summary: 'proves that this is the sandbox of a token, without the token',
    query: z.strictObject({
      nonce: z
        .string()
        .regex(/^[A-Za-z0-9_-]{16,128}$/)
        .describe('required')
        .exactOptional(),
    }),
    answers: {
      200: z.strictObject({
        product: z.literal('relay-phone'),
        proof: z.string().describe('the HMAC-SHA256 of the nonce with the token as its key, in hex'),
      }),
    },
  },
  {
    method: 'get',
    path: '/health',
    summary:
      'answers 200 once the sandbox is ready, and 503 for 30 s after it could not write; without the token',
    answers: {
      200: z.strictObject({ status: z.literal('ready') }),
      503: z.strictObject({ status: z.literal('unavailable') }),
    },
  },
  {
    method: 'get',
    path: '/openapi.json',
    summary: 'shows this document',
    answers: { 200: z.looseObject({ openapi: z.literal('3.1.1') }) },
  },
  {
    method: 'get',
    path: '/account',
    summary: 'shows the credentials of the account',
    answers: {
      200: z.strictObject({
        accountSid: z.string(),
        authToken: z.string(),
        testCredentials: z.strictObject({ sid: z.string(), authToken: z.string() }),
      }),
    },
  },
  {
    method: 'get',
    path: '/requests',
    summary: 'lists the last thousand requests to the REST API, oldest first',
    answers: { 200: z.array(recordedRequest) },
  },
  {
    method: 'get',
    path: '/alerts',
    summary: 'lists the last thousand alerts, oldest first',
    answers: { 200: alerts },
  },
  { method: 'get', path: '/faults', summary: 'lists the active faults', answers: { 200: z.array(fault) } },
  {
    method: 'post',
    path: '/faults',
    summary: 'makes REST requests fail',
    body: faultRuleBody,
    answers: { 201: fault },
  },
  { method: 'delete', path: '/faults/{id}', summary: 'removes a fault', answers: { 204: null } },
];
