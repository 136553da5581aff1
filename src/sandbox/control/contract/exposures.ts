// The contract of the routes of number exposures and privacy assertions.
import * as z from 'zod';
import type { CheckedAssertion } from '../../phones/exposure/assertions.js';
import type { NumberExposure } from '../../phones/exposure/find-exposures.js';
import type { RouteContract } from './route.js';

/** The body of `PUT /assertions/{number}`. */
export const assertionBody = z.strictObject({
  allowed: z.array(z.string()).describe('the phones that may be shown the number, besides its own'),
});

const exposure = z.strictObject({
  phone: z.string().describe('the phone that was shown the number'),
  how: z.literal(['sender', 'body', 'media', 'caller id', 'heard']),
  written: z.string().describe('the number as it was written'),
  sid: z.string().describe('the message or call'),
  at: z.string().describe('ISO 8601'),
  excerpt: z.string().describe('the text around the number'),
  traceId: z.string().nullable().describe('null if the sandbox no longer knows it'),
  eventId: z.int().nullable().describe('the event that showed it; null if the sandbox no longer knows it'),
}) satisfies z.ZodType<NumberExposure>;

const assertion = z.strictObject({
  id: z.string(),
  number: z.string(),
  allowed: z.array(z.string()),
  isKept: z.boolean(),
  exposures: z.array(exposure).describe('those that break it, oldest first'),
}) satisfies z.ZodType<CheckedAssertion>;

/** The routes of exposures and assertions. */
export const EXPOSURE_ROUTES: readonly RouteContract[] = [
  ...['/exposures/{number}', '/who-saw/{number}'].map(
    (path): RouteContract => ({
      method: 'get',
      path,
      summary: 'lists every time another phone was shown the number, oldest first',
      answers: { 200: z.array(exposure) },
    }),
  ),
  {
    method: 'get',
    path: '/assertions',
    summary: 'lists the assertions, each with the exposures that break it',
    answers: { 200: z.array(assertion) },
  },
  {
    method: 'put',
    path: '/assertions/{number}',
    summary: 'asserts that a number is shown only to its own phone and to the allowed ones',
    body: assertionBody,
    answers: { 204: null },
  },
  {
    method: 'delete',
    path: '/assertions/{number}',
    summary: 'removes the assertion about a number',
    answers: { 204: null },
  },
];
