// Talks to an app's user API as Firefox Relay's own pages do: verify a phone, take a mask.
import { z } from 'zod';
import { NoAnswer, send } from '../http/send.js';
import { readAnswer } from './answers.js';
import { explainAnswer, explainSilence, type Refusal } from './explain.js';
import type { Asked } from './meaning.js';

/** Where an app is and how to ask it. */
export interface RelayApiOptions extends Pick<Asked, 'findAdvice'> {
  /** http or https, without a slash at its end. */
  readonly origin: string;
  /** The user's; sent to this origin alone, and shown nowhere. */
  readonly token: string;
  /** Milliseconds for one answer. */
  readonly timeout: number;
  /** Shows that an answer takes time. */
  readonly progress?: (text: string) => { end(): void };
}

/** A number that could become a mask. */
export type Suggestion = z.infer<typeof suggestion>;

/**
 * The API of one app. Every method throws a RelayPhoneError that explains the answer, and gives back the refusals that
 * mean what was asked for is there already.
 */
export interface RelayApi {
  /** Asks for a verification text to `number`. */
  sendCode(number: string): Promise<'sent' | Refusal>;
  /** Verifies `number` with the code of that text. */
  verify(number: string, code: string): Promise<void>;
  /** Numbers for a mask, the most alike to the user's own first. */
  suggest(number: string): Promise<readonly Suggestion[] | Refusal>;
  /** Takes a mask, which buys it at Twilio. Not repeated after an unclear answer: it may be bought. */
  take(mask: string): Promise<'taken' | Refusal>;
  /** The user's masks. */
  listMasks(): Promise<readonly string[]>;
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

/** Opens the API of an app; nothing is sent yet. */
export function createRelayApi(options: RelayApiOptions): RelayApi {
  const ask = <T>(what: Pick<Asked, 'task' | 'number' | 'texts'>, request: Request<T>): Promise<Asking<T>> =>
    answerTo(options, { ...options, ...what }, request);

  return {
    sendCode: async (number) => {
      const request = { path: 'realphone/', body: { number }, schema: numbered };
      const { refusal } = await ask({ task: `have the app text ${number}`, number, texts: true }, request);
      return refusal ? known(refusal, 'verified', 'pending') : 'sent';
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
      return refusal ? known(refusal, 'has-mask', 'wordless') : flatten(value);
    },
    take: async (number) => {
      const request = { path: 'relaynumber/', body: { number }, schema: numbered };
      const { refusal } = await ask({ task: `take the mask ${number}`, number }, request);
      return refusal ? known(refusal, 'has-mask') : 'taken';
    },
    listMasks: async () => {
      const request = { path: 'relaynumber/', schema: z.array(numbered) };
      const { refusal, value } = await ask({ task: 'look for the mask', number: '' }, request);
      if (refusal) throw refusal.error;
      return value.map(({ number }) => number);
    },
  };
}

interface Request<T> {
  readonly path: string;
  /** Posted as JSON; without it the request is a GET. */
  readonly body?: Readonly<Record<string, string>>;
  readonly schema: z.ZodType<T>;
}

type Asking<T> =
  | { readonly value: T; readonly refusal?: undefined }
  | { readonly value?: undefined; readonly refusal: Refusal };

async function answerTo<T>(
  { origin, token, timeout, progress }: RelayApiOptions,
  asked: Asked,
  { path, body, schema }: Request<T>,
): Promise<Asking<T>> {
  const url = new URL(`/api/v1/${path}`, origin);
  const headers = {
    Accept: 'application/json',
    Authorization: `Token ${token}`,
    ...(body && { 'Content-Type': 'application/json' }),
  };
  const method = body ? 'POST' : 'GET';
  const outgoing = { method, url, headers, timeout, ...(body && { body: JSON.stringify(body) }) };
  const waiting = progress?.(`waiting for ${origin}`);
  const answer = await send(outgoing)
    .catch((error: unknown) => {
      throw error instanceof NoAnswer ? explainSilence(asked, error) : error;
    })
    .finally(waiting?.end);
  const read = readAnswer(answer, token, url);
  const isGood = read.status >= 200 && read.status < 300;
  const parsed = schema.safeParse(read.json);
  return isGood && parsed.success ? { value: parsed.data } : { refusal: explainAnswer(asked, read) };
}

function known(refusal: Refusal, ...ids: readonly Refusal['id'][]): Refusal {
  if (refusal.id && ids.includes(refusal.id)) return refusal;
  throw refusal.error;
}

function flatten(groups: z.infer<typeof suggestions>): Suggestion[] {
  const { same_prefix_options, same_area_options, other_areas_options, random_options } = groups;
  return [...same_prefix_options, ...same_area_options, ...other_areas_options, ...random_options];
}
