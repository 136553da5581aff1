// The contract of the routes of what the sandbox holds: state, clock, numbers, opt-outs, compliance, snapshots.
import * as z from 'zod';
import type { Compliance, SenderCompliance } from '../../accounts/compliance/store.js';
import type { OptOut } from '../../messaging/opt-outs/opt-outs.js';
import type { NumberOptions, WebhookTarget } from '../../numbers/incoming-phone-numbers/provision.js';
import type { NumberSummary } from '../../numbers/incoming-phone-numbers/summaries.js';
import { unsupportedUseSchema } from '../../report.js';
import type { AppContact } from '../../server/app-contact.js';
import type { ClockReading, SandboxState } from '../sandbox-state.js';
import type { RouteContract } from './route.js';

const time = z.string().describe('ISO 8601');

const clock = z
  .strictObject({
    mode: z.literal(['real', 'manual']),
    now: time,
    nextTimerAt: time.nullable().describe('when the next thing falls due; null if nothing waits for a time'),
  })
  .meta({ id: 'Clock' }) satisfies z.ZodType<ClockReading>;

const app = z.strictObject({
  requests: z
    .int()
    .describe('REST requests with known credentials; those of relay-phone itself do not count'),
  refusedRequests: z.int().describe('REST requests that were refused because of their credentials'),
  answeredWebhooks: z.int(),
  failedWebhooks: z.int().describe('those that the app answered with a 5xx'),
  lastFailure: z
    .strictObject({
      url: z.string(),
      status: z.int(),
      reason: z.string().nullable().describe("in the app's words"),
    })
    .nullable(),
}) satisfies z.ZodType<AppContact>;

const state = z.strictObject({
  epoch: z.string().describe('different each time the sandbox starts'),
  mode: z.literal('sandbox'),
  version: z.string().describe('of relay-phone'),
  lastEventId: z.int().describe('0 before the first event'),
  oldestEventId: z.int().describe('of the oldest event that is kept; of the next one if none is'),
  clock,
  accountSid: z.string(),
  openTraces: z.int().describe('how many traces have something in progress'),
  app: app.describe('what the sandbox has seen of the app since it started'),
}) satisfies z.ZodType<SandboxState>;

const webhook = z.strictObject({
  applicationSid: z
    .string()
    .nullable()
    .describe('the TwiML app whose URL it is; null if the number has its own'),
  url: z.string().nullable().describe('null if none is configured'),
  method: z.string().nullable(),
});

const number = z.strictObject({
  number: z.string(),
  sid: z.string(),
  friendlyName: z.string(),
  capabilities: z.strictObject({ voice: z.boolean(), sms: z.boolean(), mms: z.boolean() }),
  sms: webhook.describe('for texts; a Messaging Service may have a URL of its own, which then counts'),
  voice: webhook.describe('for calls'),
  messagingServiceSid: z.string().nullable(),
}) satisfies z.ZodType<NumberSummary>;

const method = z.literal(['GET', 'POST']);

const webhookTarget = z.union([
  z.string().describe('a URL, requested by POST'),
  z.strictObject({
    url: z.string(),
    method: method.exactOptional(),
    fallbackUrl: z.string().describe('used if `url` fails').exactOptional(),
    fallbackMethod: method.exactOptional(),
  }),
]) satisfies z.ZodType<WebhookTarget>;

/** The body of `PUT /numbers/{number}`. */
export const numberBody = z.strictObject({
  sms: webhookTarget.nullable().describe('for texts; null removes it').exactOptional(),
  voice: webhookTarget.nullable().describe('for calls; null removes it').exactOptional(),
  app: z.string().nullable().describe('the SID of a TwiML app; null removes it').exactOptional(),
}) satisfies z.ZodType<NumberOptions>;

const optOut = z.strictObject({
  sender: z.string().describe('a number, or the Messaging Service that it belongs to'),
  phone: z.string(),
}) satisfies z.ZodType<OptOut>;

const a2p = z.literal(['registered', 'unregistered']);
const tollFree = z.literal(['verified', 'unverified']);

/** The body of `PUT /compliance/{sender}`. */
export const complianceBody = z.strictObject({
  a2p: a2p.describe('the A2P 10DLC registration, which US carriers require of long codes').exactOptional(),
  tollFree: tollFree.describe('the verification of a toll-free number').exactOptional(),
}) satisfies z.ZodType<Compliance>;

const senderCompliance = z.strictObject({
  sender: z.string().describe('a number or a Messaging Service'),
  a2p,
  tollFree,
}) satisfies z.ZodType<SenderCompliance>;

/** The body of `POST /clock`. */
export const advanceBody = z.strictObject({
  advance: z.union([z.string(), z.number()]).describe('milliseconds, or a text such as 30s, 5m, 2h, 1d'),
});

/** The answer of `GET /snapshot`, and the body of `POST /restore`. */
export const savedSnapshot = z.strictObject({ snapshot: z.string() });

/** The routes of what the sandbox holds. */
export const STATE_ROUTES: readonly RouteContract[] = [
  { method: 'get', path: '/state', summary: 'shows the state of the sandbox', answers: { 200: state } },
  {
    method: 'get',
    path: '/unsupported',
    summary:
      'lists what was asked for that Twilio has and the sandbox lacks: each thing once, with its latest use',
    query: z.strictObject({
      since: z
        .string()
        .regex(/^\d{1,15}$/)
        .describe('only what was asked for after the event with this id')
        .exactOptional(),
    }),
    answers: { 200: z.array(unsupportedUseSchema) },
  },
  { method: 'get', path: '/clock', summary: 'reads the clock', answers: { 200: clock } },
  {
    method: 'post',
    path: '/clock',
    summary: 'advances a manual clock, and answers when everything that fell due has happened',
    body: advanceBody,
    answers: { 200: clock },
  },
  {
    method: 'get',
    path: '/numbers',
    summary: 'lists the numbers of the account, and where each sends its webhooks',
    answers: { 200: z.array(number) },
  },
  {
    method: 'put',
    path: '/numbers/{number}',
    summary: 'sets the webhooks of a number, and buys it if the account does not own it',
    body: numberBody,
    answers: { 200: number },
  },
  {
    method: 'get',
    path: '/opt-outs',
    summary: 'lists the phones that have opted out',
    answers: { 200: z.array(optOut) },
  },
  {
    method: 'put',
    path: '/opt-outs/{sender}/{phone}',
    summary: 'opts a phone out of the texts of a sender, as STOP would',
    answers: { 204: null },
  },
  {
    method: 'delete',
    path: '/opt-outs/{sender}/{phone}',
    summary: 'opts a phone in again, as START would',
    answers: { 204: null },
  },
  {
    method: 'get',
    path: '/countries',
    summary: 'lists the countries that texts and calls may go to',
    answers: { 200: z.array(z.string().describe('ISO 3166')) },
  },
  {
    method: 'put',
    path: '/countries/{country}',
    summary: 'allows texts and calls to a country',
    answers: { 204: null },
  },
  {
    method: 'delete',
    path: '/countries/{country}',
    summary: 'refuses texts and calls to a country, even if it was allowed by default',
    answers: { 204: null },
  },
  {
    method: 'get',
    path: '/compliance',
    summary: 'lists the senders that lack a registration',
    answers: { 200: z.array(senderCompliance) },
  },
  {
    method: 'put',
    path: '/compliance/{sender}',
    summary: 'changes the registrations of a sender; a field that is left out stays as it was',
    body: complianceBody,
    answers: { 204: null },
  },
  {
    method: 'get',
    path: '/snapshot',
    summary: 'saves the content of the sandbox',
    answers: { 200: savedSnapshot },
  },
  {
    method: 'post',
    path: '/restore',
    summary: 'goes back to a snapshot',
    body: savedSnapshot,
    answers: { 204: null },
  },
  { method: 'post', path: '/reset', summary: 'goes back to an empty account', answers: { 204: null } },
];
