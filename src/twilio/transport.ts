// The SDK's HTTP client: sends its requests to the target, and retries those that are safe to retry.
import type { Agent } from 'node:http';
import { setTimeout as sleepFor } from 'node:timers/promises';
import { type HttpAnswer, NoAnswer, sendRequest } from '../http/send.js';
import { type Target, verifyFits } from './target.js';

/** A request of the SDK: the part of its `RequestOptions` that it uses. */
export interface SdkRequest {
  readonly method: string;
  readonly uri: string;
  readonly username?: string;
  readonly password?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly params?: object;
  readonly data?: object;
  readonly timeout?: number;
}

/** The response that the SDK expects. */
export interface SdkResponse {
  readonly statusCode: number;
  readonly headers: unknown;
  readonly body: string;
}

/** The options of {@link createTransport}; each has a default. */
export interface TransportOptions {
  /** Milliseconds for one attempt. Default 15 000. */
  readonly timeoutMs?: number | undefined;
  /** The highest number of attempts of a request that is safe to retry. Default 4. */
  readonly attempts?: number;
  readonly sleep?: (milliseconds: number) => Promise<unknown>;
  /** Returns a number in [0, 1) that spreads the waits. */
  readonly random?: () => number;
  readonly agent?: Agent | undefined;
  /** Ends the request in flight; nothing is retried after it. */
  readonly signal?: AbortSignal | undefined;
  /** Is called with each final answer before the SDK sees it. The request throws what it throws. */
  readonly onAnswer?: (answer: HttpAnswer) => void;
  /** True if an answer must not be retried whatever its status. Default: never. */
  readonly isWanted?: (answer: HttpAnswer) => boolean;
  /** Shows progress while an answer takes long. */
  readonly progress?: (text: string) => { update(text: string): void; end(): void };
}

const ATTEMPTS = 4;
const FIRST_WAIT_MS = 250;
const MAX_WAIT_MS = 30_000;

/**
 * Creates the `httpClient` for the SDK. With the sandbox as target, requests for `https://*.twilio.com` go to its origin.
 *
 * Retries with back-off: reads, deletes and updates of one resource after 429, 5xx or no answer; the creation of a
 * resource only if Twilio cannot have carried it out (429, or nothing was sent).
 *
 * @throws NoAnswer from `request` if no attempt was answered; RelayPhoneError `usage` if credentials and target differ.
 */
export function createTransport(target: Target, options: TransportOptions = {}) {
  const { timeoutMs = 15_000, sleep = (ms) => sleepFor(ms), random = Math.random, agent } = options;
  const { attempts = ATTEMPTS, signal, onAnswer = () => undefined, isWanted = () => false } = options;
  const { progress = () => ({ update: () => undefined, end: () => undefined }) } = options;
  const other = target.kind === 'live' ? 'Twilio' : 'the sandbox';

  async function request(asked: SdkRequest): Promise<SdkResponse> {
    for (const sid of [asked.username, ...accountSidsIn(asked.uri)]) if (sid) verifyFits(target, sid);
    const waiting = progress(`waiting for ${other}`);
    try {
      const outcome = await attemptUntilClear(asked, (failed, wait) => {
        const why = failed instanceof NoAnswer ? failed.message : `${other} answered HTTP ${failed.status}`;
        waiting.update(`${why}; asking again in ${Math.ceil(wait / 1000)} s`);
      });
      if (outcome instanceof NoAnswer) throw outcome;
      onAnswer(outcome);
      return { statusCode: outcome.status, headers: outcome.headers, body: outcome.body };
    } finally {
      waiting.end();
    }
  }

  async function attemptUntilClear(
    asked: SdkRequest,
    onWait: (failed: HttpAnswer | NoAnswer, wait: number) => void,
  ): Promise<HttpAnswer | NoAnswer> {
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await attemptOnce(asked);
      const wait = waitAfter(outcome, attempt, random);
      if (!(outcome instanceof NoAnswer) && isWanted(outcome)) return outcome;
      if (attempt === attempts || wait > MAX_WAIT_MS || !isRepeatable(asked, outcome)) return outcome;
      onWait(outcome, wait);
      await sleep(wait);
      if (signal?.aborted) return outcome;
    }
  }

  async function attemptOnce(asked: SdkRequest): Promise<HttpAnswer | NoAnswer> {
    const url = targetUrlOf(target, asked);
    const body = asked.data && encodeForm(asked.data);
    const headers = { ...asked.headers, ...hostHeader(target, asked), ...authorization(asked) };
    try {
      return await sendRequest({
        method: asked.method.toUpperCase(),
        url,
        headers,
        timeoutMs: asked.timeout ?? timeoutMs,
        agent,
        signal,
        ...(body !== undefined && { body }),
      });
    } catch (error) {
      if (error instanceof NoAnswer) return error;
      throw error;
    }
  }

  return { request };
}

function accountSidsIn(uri: string): string[] {
  return uri.match(/AC[0-9a-fA-F]{32}/g) ?? [];
}

function targetUrlOf(target: Target, asked: SdkRequest): URL {
  const url = new URL(asked.uri);
  if (target.kind === 'sandbox') {
    const { protocol, host } = new URL(target.origin);
    url.protocol = protocol;
    url.host = host;
  }
  for (const [name, value] of pairs(asked.params)) url.searchParams.append(name, value);
  return url;
}

/** The sandbox has one address for all of Twilio's hosts. */
function hostHeader(target: Target, { uri }: SdkRequest): Record<string, string> {
  return target.kind === 'sandbox' ? { Host: new URL(uri).host } : {};
}

function encodeForm(data: object): string {
  return new URLSearchParams(pairs(data)).toString();
}

function pairs(values: object | undefined): [string, string][] {
  return Object.entries(values ?? {}).flatMap(([name, value]: [string, unknown]) =>
    (Array.isArray(value) ? value : [value])
      .filter((item) => item !== undefined && item !== null)
      .map((item): [string, string] => [name, String(item)]),
  );
}

function authorization(asked: SdkRequest): Record<string, string> {
  if (asked.username === undefined) return {};
  const pair = `${asked.username}:${asked.password ?? ''}`;
  return { Authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

function isRepeatable(asked: SdkRequest, outcome: HttpAnswer | NoAnswer): boolean {
  const safe = asked.method !== 'post' || namesOneResource(asked.uri);
  // A wrong password, sent often enough, locks the user of a proxy out.
  if (outcome instanceof NoAnswer && outcome.proxyFailure?.kind === 'needsUser') return false;
  if (outcome instanceof NoAnswer) return safe || !outcome.mayHaveArrived;
  return outcome.status === 429 || (safe && outcome.status >= 500);
}

/** A POST to a collection creates; one to a path that ends in a SID updates, and an update may be repeated. */
function namesOneResource(uri: string): boolean {
  return /\/[A-Z]{2}[0-9a-fA-F]{32}(\.json)?$/.test(new URL(uri).pathname);
}

function waitAfter(outcome: HttpAnswer | NoAnswer, attempt: number, random: () => number): number {
  const asked = outcome instanceof NoAnswer ? undefined : outcome.headers['retry-after'];
  const seconds = asked === undefined ? Number.NaN : Number(asked);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  return FIRST_WAIT_MS * 2 ** (attempt - 1) * (1 + random() / 2);
}
