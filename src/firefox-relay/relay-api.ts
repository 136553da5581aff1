// The client of an app's user API: verifies a phone, takes a mask, blocks a contact.

import * as z from 'zod';
import { RelayPhoneError } from '../errors.js';
import { NoAnswer, sendRequest } from '../http/send.js';
import { type ExplainedRefusal, explainAnswer, explainNoAnswer } from './explain-answer.js';
import { readAnswer } from './read-answer.js';
import type { AppRequest } from './relay-answers.js';

/** A number that could become a mask. */
export type Suggestion = z.infer<typeof suggestion>;

/**
 * The API of one app. Every method throws a RelayPhoneError that explains the answer, and gives back the refusals that
 * mean what was asked for is there already.
 */
export interface RelayApi {
  /** Asks for a verification text to `number`. */
  sendCode(number: string): Promise<'sent' | ExplainedRefusal>;
  /** Verifies `number` with the code of that text. */
  verify(number: string, code: string): Promise<void>;
  /** Numbers for a mask, the most alike to the user's own first. */
  suggest(number: string): Promise<readonly Suggestion[] | ExplainedRefusal>;
  /** Takes a mask, which buys it at Twilio. Not repeated after an unclear answer: it may be bought. */
  take(mask: string): Promise<'taken' | ExplainedRefusal>;
  /** The user's masks. */
  listMasks(): Promise<readonly string[]>;
  /** The phone that the user has verified; undefined before that. */
  findVerified(): Promise<string | undefined>;
  /** Blocks somebody who has texted or called the mask, or no longer. */
  block(contact: string, isBlocked: boolean): Promise<void>;
}

const suggestion = z.looseObject({
  phone_number: z.string(),
  friendly_name: z.string().nullish(),
  locality: z.string().nullish(),
  region: z.string().nullish(),
});
const group = z
  .array(suggestion)
  .nullish()
  .transform((list) => list ?? []);
const suggestions = z.looseObject({
  same_prefix_options: group,
  other_areas_options: group,
  same_area_options: group,
  random_options: group,
});
const numbered = z.looseObject({ number: z.string() });
const phone = z.looseObject({ number: z.string(), verified: z.boolean() });
const contact = z.looseObject({ id: z.number(), inbound_number: z.string() });

/** Opens the API of an app; nothing is sent yet. */
export function createRelayApi(options: AppApiOptions): RelayApi {
  const ask = <T>(
    what: Pick<AppRequest, 'task' | 'number' | 'texts'>,
    request: ApiCall<T>,
  ): Promise<ApiResult<T>> => callApi(options, { ...options, ...what }, request);

  return {
    sendCode: async (number) => {
      const request = { path: 'realphone/', body: { number }, schema: numbered };
      const { refusal } = await ask({ task: `have the app text ${number}`, number, texts: true }, request);
      return refusal ? returnIfKnown(refusal, 'verified', 'pending') : 'sent';
    },
    verify: async (number, code) => {
      const body = { number, verification_code: code };
      const request = { path: 'realphone/', body, schema: numbered };
      const { refusal } = await ask({ task: `verify ${number}`, number }, request);
      if (refusal) throw refusal.error;
    },
    suggest: async (number) => {
      const request = { path: 'relaynumber/suggestions/', schema: suggestions };
      const { refusal, value } = await ask({ task: 'get suggestions for a mask', number }, request);
      return refusal ? returnIfKnown(refusal, 'has-mask', 'wordless') : flatten(value);
    },
    take: async (number) => {
      const request = { path: 'relaynumber/', body: { number }, schema: numbered };
      const { refusal } = await ask({ task: `take the mask ${number}`, number }, request);
      return refusal ? returnIfKnown(refusal, 'has-mask') : 'taken';
    },
    listMasks: async () => {
      const request = { path: 'relaynumber/', schema: z.array(numbered) };
      const { refusal, value } = await ask({ task: 'look for the mask', number: '' }, request);
      if (refusal) throw refusal.error;
      return value.map(({ number }) => number);
    },
    findVerified: async () => {
      const request = { path: 'realphone/', schema: z.array(phone) };
      const { refusal, value } = await ask({ task: 'look for the verified phone', number: '' }, request);
      if (refusal) throw refusal.error;
      return value.find(({ verified }) => verified)?.number;
    },
    block: async (number, isBlocked) => {
      const what = { task: `${isBlocked ? 'block' : 'unblock'} ${number}`, number };
      const listed = await ask(what, { path: 'inboundcontact/', schema: z.array(contact) });
      if (listed.refusal) throw listed.refusal.error;
      const found = listed.value.find(({ inbound_number }) => inbound_number === number);
      if (!found) throw noContact(what.task);
      const body = { blocked: isBlocked };
      const path = `inboundcontact/${found.id}/`;
      const { refusal } = await ask(what, { method: 'PATCH', path, body, schema: z.unknown() });
      if (refusal) throw refusal.error;
    },
  };
}

function noContact(task: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'fault',
    task,
    reason: 'the app knows of nobody with this number: only who texted or called the mask can be blocked',
  });
}

function returnIfKnown(
  refusal: ExplainedRefusal,
  ...ids: readonly ExplainedRefusal['id'][]
): ExplainedRefusal {
  if (refusal.id && ids.includes(refusal.id)) return refusal;
  throw refusal.error;
}

function flatten(groups: z.infer<typeof suggestions>): Suggestion[] {
  const { same_prefix_options, same_area_options, other_areas_options, random_options } = groups;
  return [...same_prefix_options, ...same_area_options, ...other_areas_options, ...random_options];
}

/** Where an app is and how to ask it. */
export interface AppApiOptions extends Pick<AppRequest, 'findAdvice'> {
  /** http or https, without a slash at its end. */
  readonly origin: string;
  /** The user's; sent to this origin alone, and shown nowhere. */
  readonly token: string;
  /** Milliseconds for one answer. */
  readonly timeout: number;
  /** Shows that an answer takes time. */
  readonly progress?: (text: string) => { end(): void };
}

/** One question. */
export interface ApiCall<T> {
  readonly path: string;
  /** By default GET, and with a body POST. */
  readonly method?: 'GET' | 'POST' | 'PATCH';
  /** Sent as JSON. */
  readonly body?: Readonly<Record<string, string | boolean>>;
  readonly schema: z.ZodType<T>;
}

/** What came of it. */
export type ApiResult<T> =
  | { readonly value: T; readonly refusal?: undefined }
  | { readonly value?: undefined; readonly refusal: ExplainedRefusal };

/** Asks it. @throws RelayPhoneError `network` without an answer; one that is not what was asked for is a refusal. */
async function callApi<T>(
  { origin, token, timeout, progress }: AppApiOptions,
  asked: AppRequest,
  { path, body, schema, method = body ? 'POST' : 'GET' }: ApiCall<T>,
): Promise<ApiResult<T>> {
  const url = new URL(`/api/v1/${path}`, origin);
  const headers = {
    Accept: 'application/json',
    Authorization: `Token ${token}`,
    ...(body && { 'Content-Type': 'application/json' }),
  };
  const outgoing = { method, url, headers, timeout, ...(body && { body: JSON.stringify(body) }) };
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
