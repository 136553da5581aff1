// Asks an app's user API one thing, and makes of the answer a value or a refusal that is explained.
import type { z } from 'zod';
import { NoAnswer, sendRequest } from '../http/send.js';
import { readAnswer } from './answers.js';
import { type ExplainedRefusal, explainAnswer, explainSilence } from './explain.js';
import type { AppQuestion } from './meaning.js';

/** Where an app is and how to ask it. */
export interface AppApiOptions extends Pick<AppQuestion, 'findAdvice'> {
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
export interface Request<T> {
  readonly path: string;
  /** By default GET, and with a body POST. */
  readonly method?: 'GET' | 'POST' | 'PATCH';
  /** Sent as JSON. */
  readonly body?: Readonly<Record<string, string | boolean>>;
  readonly schema: z.ZodType<T>;
}

/** What came of it. */
export type Asking<T> =
  | { readonly value: T; readonly refusal?: undefined }
  | { readonly value?: undefined; readonly refusal: ExplainedRefusal };

/** Asks it. @throws RelayPhoneError `network` without an answer; one that is not what was asked for is a refusal. */
export async function answerTo<T>(
  { origin, token, timeout, progress }: AppApiOptions,
  asked: AppQuestion,
  { path, body, schema, method = body ? 'POST' : 'GET' }: Request<T>,
): Promise<Asking<T>> {
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
      throw error instanceof NoAnswer ? explainSilence(asked, error) : error;
    })
    .finally(waiting?.end);
  const read = readAnswer(answer, token, url);
  const isGood = read.status >= 200 && read.status < 300;
  const parsed = schema.safeParse(read.json);
  return isGood && parsed.success ? { value: parsed.data } : { refusal: explainAnswer(asked, read) };
}
