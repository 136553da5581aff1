// The client of an app's user API: verifies a phone, takes a mask, blocks a contact.
import type { Agent } from 'node:http';
import * as z from 'zod';
import { RelayPhoneError } from '../errors.js';
import { NoAnswer, sendRequest } from '../http/send.js';
import { type ExplainedRefusal, explainAnswer, explainNoAnswer } from './explain-answer.js';
import { readAnswer } from './read-answer.js';
import type { AppRequest } from './relay-answers.js';

/** A number that could become a mask. */
export type Suggestion = z.infer<typeof suggestionSchema>;

/**
 * The user API of one app. Its methods throw a RelayPhoneError that explains the answer. They return a refusal if it
 * means that the requested thing exists or may exist already.
 */
export interface RelayApi {
  /** Asks for a verification text to `number`. */
  sendCode(number: string): Promise<'sent' | ExplainedRefusal>;
  /** Verifies `number` with the code of that text. */
  verifyPhone(number: string, code: string): Promise<void>;
  /** Lists numbers for a mask, the most similar to the user's own first. */
  suggestMasks(number: string): Promise<readonly Suggestion[] | ExplainedRefusal>;
  /** Has the app buy a mask at Twilio. Never retried after an unclear answer, because the number may be bought. */
  takeMask(mask: string): Promise<'taken' | ExplainedRefusal>;
  /** Lists the user's masks. */
  listMasks(): Promise<readonly string[]>;
  /** Returns the user's verified phone; undefined without one. */
  findVerifiedPhone(): Promise<string | undefined>;
  /** Blocks or unblocks a contact. Throws `fault` for a number that never texted or called the mask. */
  block(contact: string, isBlocked: boolean): Promise<void>;
}

const suggestionSchema = z.looseObject({
  phone_number: z.string(),
  friendly_name: z.string().nullish(),
  locality: z.string().nullish(),
  region: z.string().nullish(),
});
const suggestionGroupSchema = z
  .array(suggestionSchema)
  .nullish()
  .transform((list) => list ?? []);
const suggestionsSchema = z.looseObject({
  same_prefix_options: suggestionGroupSchema,
  other_areas_options: suggestionGroupSchema,
  same_area_options: suggestionGroupSchema,
  random_options: suggestionGroupSchema,
});
const numberSchema = z.looseObject({ number: z.string() });
const phoneSchema = z.looseObject({ number: z.string(), verified: z.boolean() });
const contactSchema = z.looseObject({ id: z.number(), inbound_number: z.string() });

/** Creates a client. It sends nothing yet. */
export function createRelayApi(options: AppApiOptions): RelayApi {
  const ask = <T>(
    about: Pick<AppRequest, 'task' | 'number' | 'texts'>,
    request: ApiCall<T>,
  ): Promise<ApiResult<T>> => callApi(options, { ...options, ...about }, request);

  return {
    sendCode: async (number) => {
      const request = { path: 'realphone/', body: { number }, schema: numberSchema };
      const { refusal } = await ask({ task: `have the app text ${number}`, number, texts: true }, request);
      return refusal ? expectRefusal(refusal, 'verified', 'pending') : 'sent';
    },
    verifyPhone: async (number, code) => {
      const body = { number, verification_code: code };
      const request = { path: 'realphone/', body, schema: numberSchema };
      const { refusal } = await ask({ task: `verify ${number}`, number }, request);
      if (refusal) throw refusal.error;
    },
    suggestMasks: async (number) => {
      const request = { path: 'relaynumber/suggestions/', schema: suggestionsSchema };
      const { refusal, value } = await ask({ task: 'get suggestions for a mask', number }, request);
      return refusal ? expectRefusal(refusal, 'has-mask', 'no-reason') : flatten(value);
    },
    takeMask: async (number) => {
      const request = { path: 'relaynumber/', body: { number }, schema: numberSchema };
      const { refusal } = await ask({ task: `take the mask ${number}`, number }, request);
      return refusal ? expectRefusal(refusal, 'has-mask') : 'taken';
    },
    listMasks: async () => {
      const request = { path: 'relaynumber/', schema: z.array(numberSchema) };
      const { refusal, value } = await ask({ task: 'look for the mask', number: '' }, request);
      if (refusal) throw refusal.error;
      return value.map(({ number }) => number);
    },
    findVerifiedPhone: async () => {
      const request = { path: 'realphone/', schema: z.array(phoneSchema) };
      const { refusal, value } = await ask({ task: 'look for the verified phone', number: '' }, request);
      if (refusal) throw refusal.error;
      return value.find(({ verified }) => verified)?.number;
    },
    block: async (number, isBlocked) => {
      const about = { task: `${isBlocked ? 'block' : 'unblock'} ${number}`, number };
      const listed = await ask(about, { path: 'inboundcontact/', schema: z.array(contactSchema) });
      if (listed.refusal) throw listed.refusal.error;
      const found = listed.value.find(({ inbound_number }) => inbound_number === number);
      if (!found) throw noContact(about.task);
      const body = { blocked: isBlocked };
      const path = `inboundcontact/${found.id}/`;
      const { refusal } = await ask(about, { method: 'PATCH', path, body, schema: z.unknown() });
      if (refusal) throw refusal.error;
    },
  };
}

function noContact(task: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'fault',
    task,
    reason: 'the app has no such contact: only a number that has texted or called the mask can be blocked',
  });
}

function expectRefusal(
  refusal: ExplainedRefusal,
  ...ids: readonly ExplainedRefusal['id'][]
): ExplainedRefusal {
  if (refusal.id && ids.includes(refusal.id)) return refusal;
  throw refusal.error;
}

function flatten(groups: z.infer<typeof suggestionsSchema>): Suggestion[] {
  const { same_prefix_options, same_area_options, other_areas_options, random_options } = groups;
  return [...same_prefix_options, ...same_area_options, ...other_areas_options, ...random_options];
}

/** The options of {@link createRelayApi}. */
export interface AppApiOptions extends Pick<AppRequest, 'findAdvice' | 'starts' | 'exec'> {
  /** http or https, without a trailing slash. */
  readonly origin: string;
  /** The user's API token. It is sent only to this origin, and never shown. */
  readonly token: string;
  /** Milliseconds to wait for each answer. */
  readonly timeoutMs: number;
  /** Of `findAgent`. Default: straight to the origin. */
  readonly agent?: Agent;
  /** Shows progress while an answer takes long. */
  readonly progress?: (text: string) => { end(): void };
}

/** One request to the API. */
export interface ApiCall<T> {
  readonly path: string;
  /** Default: POST with a body, else GET. */
  readonly method?: 'GET' | 'POST' | 'PATCH';
  /** Sent as JSON. */
  readonly body?: Readonly<Record<string, string | boolean>>;
  readonly schema: z.ZodType<T>;
}

/** The value of a request, or its refusal. */
export type ApiResult<T> =
  | { readonly value: T; readonly refusal?: undefined }
  | { readonly value?: undefined; readonly refusal: ExplainedRefusal };

/** Sends a request. @returns a refusal for any unexpected answer @throws RelayPhoneError if there is no answer */
async function callApi<T>(
  { origin, token, timeoutMs, agent, progress }: AppApiOptions,
  asked: AppRequest,
  { path, body, schema, method = body ? 'POST' : 'GET' }: ApiCall<T>,
): Promise<ApiResult<T>> {
  const url = new URL(`/api/v1/${path}`, origin);
  const headers = {
    Accept: 'application/json',
    Authorization: `Token ${token}`,
    ...(body && { 'Content-Type': 'application/json' }),
  };
  const outgoing = { method, url, headers, timeoutMs, agent, ...(body && { body: JSON.stringify(body) }) };
  const waiting = progress?.(`waiting for ${origin}`);
  const answer = await sendRequest(outgoing)
    .catch((error: unknown) => {
      throw error instanceof NoAnswer ? explainNoAnswer(asked, error) : error;
    })
    .finally(waiting?.end);
  const read = readAnswer(answer, token, url);
  const isGood = read.status >= 200 && read.status < 300;
  const parsed = schema.safeParse(read.json);
  return isGood && parsed.success ? { value: parsed.data } : { refusal: explainAnswer(asked, read) };
}
