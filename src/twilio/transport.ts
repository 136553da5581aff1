// The SDK's HTTP client: sends its requests to the target, and retries those that are safe to retry.
import type { Agent } from 'node:http';
import { setTimeout as sleepFor } from 'node:timers/promises';
import { readSdkRequest, type SdkRequest, type SdkResponse } from '../http/sdk-request.js';
import { type HttpAnswer, NoAnswer, sendRequest } from '../http/send.js';
import { type Target, verifyFits } from './target.js';

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
    // The sandbox has one address for all of Twilio's hosts.
    const request = readSdkRequest(asked, target.kind === 'sandbox' ? target.origin : undefined);
    try {
      return await sendRequest({ ...request, timeoutMs: asked.timeout ?? timeoutMs, agent, signal });
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
