// Twilio's test account: one sign-in, then requests that have no effect.
import { RelayPhoneError } from '../../../errors.js';
import { type HttpAnswer, NoAnswer } from '../../../http/send.js';
import type { Credentials, TwilioClient } from '../../../twilio/client.js';
import { explainTwilioFailure, findRestFailure, type RestFailure } from '../../../twilio/failure.js';
import type { TransportOptions } from '../../../twilio/transport.js';
import { readTestCredentials, type TestAccountCredentials } from './credentials.js';

/** The result of one request. */
export interface TestAccountResult<T> {
  /** The answer of the SDK; undefined if Twilio refused. */
  readonly value: T | undefined;
  /** Why Twilio refused; undefined if it did not. */
  readonly failure: RestFailure | undefined;
  /** Twilio's time in its answer, and ours when the answer came, in milliseconds since 1970. */
  readonly clocks: { readonly twilio: number | undefined; readonly local: number };
  /** For each repetition of the request, why it was repeated. */
  readonly notes: readonly string[];
}

/** Twilio's test account. */
export interface TestAccount {
  readonly testCredentials: TestAccountCredentials;
  /** True if checks are skipped, not failed, without any credentials. */
  readonly allowsMissing: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Fetches the account itself, once. Live credentials may see it, test credentials may not (20008). */
  signIn(): Promise<TestAccountResult<unknown>>;
  /**
   * Sends a request with the test credentials.
   *
   * @throws RelayPhoneError if something else than Twilio answers, or if Twilio has trouble (429, 5xx); NoAnswer if
   *   nothing answers
   */
  request<T>(request: (client: TwilioClient) => Promise<T>): Promise<TestAccountResult<T>>;
}

/** What the account wants to hear of each request. */
export type TransportHooks = Pick<TransportOptions, 'onAnswer' | 'isWanted' | 'progress'>;

/** The options of {@link createTestAccount}. */
export interface TestAccountOptions extends Pick<TestAccount, 'environment' | 'allowsMissing'> {
  connect(credentials: Credentials, hooks: TransportHooks): Promise<TwilioClient>;
  readonly now: () => number;
}

/** Opens the test account. Sends no request yet. */
export function createTestAccount({
  environment,
  allowsMissing,
  connect,
  now,
}: TestAccountOptions): TestAccount {
  const testCredentials = readTestCredentials(environment);
  let signedIn: Promise<TestAccountResult<unknown>> | undefined;

  async function send<T>(request: (client: TwilioClient) => Promise<T>): Promise<TestAccountResult<T>> {
    if (!testCredentials.credentials) throw new Error('the check of the credentials must run first');
    const notes: string[] = [];
    let clocks: TestAccountResult<T>['clocks'] = { twilio: undefined, local: now() };
    const client = await connect(testCredentials.credentials, {
      onAnswer: (answer) => {
        clocks = { twilio: readTime(answer), local: now() };
        verifyFromTwilio(answer);
      },
      isWanted: isFullQueue,
      progress: () => ({ update: (text) => notes.push(text), end: () => undefined }),
    });
    try {
      return { value: await request(client), failure: undefined, clocks, notes };
    } catch (error) {
      return { value: undefined, failure: readRefusal(error, notes), clocks, notes };
    }
  }

  return {
    testCredentials,
    allowsMissing,
    environment,
    request: send,
    signIn: () => {
      signedIn ??= send(({ account }) => account.fetch());
      return signedIn;
    },
  };
}

/** The magic number of a full queue gives 429, a status that otherwise makes the client repeat the request. */
function isFullQueue({ status, body }: HttpAnswer): boolean {
  return status === 429 && /"code":\s*21611\b/.test(body);
}

function readTime({ headers }: HttpAnswer): number | undefined {
  const time = Date.parse(headers.date ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/** Returns why Twilio refused. @throws the error if it says nothing about the request */
function readRefusal(error: unknown, notes: readonly string[]): RestFailure {
  if (error instanceof NoAnswer && notes.length > 0) {
    throw new NoAnswer(
      `${error.message}, tried ${notes.length + 1} times`,
      error.mayHaveArrived,
      error.cause,
    );
  }
  const failure = findRestFailure(error);
  if (!failure) throw error;
  const isBusy = failure.status === 429 && failure.code !== 21611;
  if (isBusy || failure.status >= 500) throw explainTwilioFailure('use the test account', error);
  return failure;
}

/** @throws RelayPhoneError if the answer is not JSON. Only Twilio's load balancers send something else, if it is down. */
function verifyFromTwilio({ status, headers, body }: HttpAnswer): void {
  if (status >= 500 || status === 429 || isJsonObject(body)) return;
  const type = headers['content-type']?.split(';')[0] ?? 'no type';
  throw new RelayPhoneError({
    kind: 'network',
    task: 'use the test account',
    reason: `the answer (HTTP ${status}, ${type}) is not from Twilio: is there a login page in this network, or a proxy?`,
    tryNext: ['sign in to the network, or leave it', 'set HTTPS_PROXY, if this network needs a proxy'],
  });
}

function isJsonObject(body: string): boolean {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}
