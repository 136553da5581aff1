// The recording of one behaviour on one side. Every text in it went through `stand-ins.ts`: it may be published.
import * as z from 'zod';

/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

const json: z.ZodType<Json> = z.lazy(() =>
  z.union([z.null(), z.boolean(), z.number(), z.string(), z.array(json), z.record(z.string(), json)]),
);

const headers = z.record(z.string(), z.string());

const recordedRequest = z.object({
  /** As the behaviour has it, with its placeholders: `POST /Messages.json`. */
  request: z.string(),
  parameters: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  status: z.number().int(),
  headers: headers.describe('all but those of the network; <any> if only their presence is compared'),
  body: json.describe('JSON, else the text'),
  atMs: z.number().describe('milliseconds since the start of the behaviour'),
  tookMs: z.number().describe('milliseconds for the answer; of a repeated request, for the slowest'),
});

const recordedWebhook = z.object({
  path: z.string(),
  method: z.string(),
  headers,
  signature: z.enum(['valid', 'invalid', 'missing']),
  parameters: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  answer: z.string().describe('what the app answered'),
  atMs: z.number(),
});

/** See {@link Recording}. */
export const recordingSchema = z.object({
  requests: z.array(recordedRequest).describe('in the order of the steps'),
  webhooks: z.array(recordedWebhook).describe('in the order of their arrival'),
  missing: z.record(z.string(), z.number()).describe('how many webhooks did not come in time, by path'),
  order: z.record(z.string(), z.boolean()).describe('whether the first of two events came first'),
});

/** A request with its answer. */
export type SeenRequest = z.infer<typeof recordedRequest>;

/** A webhook with the app's answer. */
export type SeenWebhook = z.infer<typeof recordedWebhook>;

/** Everything that was seen of one behaviour. */
export type Recording = z.infer<typeof recordingSchema>;

/** How a behaviour went on one side; `unseen` if something else than Twilio's behaviour kept it from being seen. */
export type Seen =
  | { readonly kind: 'recorded'; readonly recording: Recording }
  | { readonly kind: 'unseen'; readonly reason: string };

/** Names a webhook by its path and the status that it reports: `/status sent`. */
export function eventName({ path, parameters }: Pick<SeenWebhook, 'path' | 'parameters'>): string {
  const status = parameters.MessageStatus ?? parameters.SmsStatus ?? parameters.CallStatus;
  return typeof status === 'string' ? `${path} ${status}` : path;
}
