// Twilio's test account: one sign-in, then requests without any effect.
import { RelayPhoneError } from '../../../errors.js';
import { type HttpAnswer, NoAnswer } from '../../../http/send.js';
import type { Credentials, TwilioClient } from '../../../twilio/client.js';
import { explainTwilioFailure, findRestFailure, type RestFailure } from '../../../twilio/failure.js';
import type { TransportOptions } from '../../../twilio/transport.js';
import { type ReadTestCredentials, readTestCredentials } from './credentials.js';

/** What came of one request. */
export interface TestAccountResult<T> {
  /** Undefined when Twilio refused. */
  readonly value: T | undefined;
  readonly failure: RestFailure | undefined;
  /** What Twilio's clock said, and ours when the answer came; milliseconds since 1970. */
  readonly clocks: { readonly twilio: number | undefined; readonly local: number };
  /** Why it was asked again, each time. */
  readonly notes: readonly string[];
}

/** Twilio's test account. */
export interface TestAccount {
  readonly testCredentials: ReadTestCredentials;
  /** Whether there need be no credentials: then nothing is looked at. */
  readonly allowsMissing: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Asks for the account itself, the first time: live credentials may see it, test ones may not. */
  signIn(): Promise<TestAccountResult<unknown>>;
  /**
   * Asks for something.
   *
   * @throws RelayPhoneError when it is not Twilio that answers, or Twilio has trouble; NoAnswer when nobody does
   */
  request<T>(request: (client: TwilioClient) => Promise<T>): Promise<TestAccountResult<T>>;
}

/** What a client tells besides its answers. */
export type TransportHooks = Pick<TransportOptions, 'onAnswer' | 'isWanted' | 'progress'>;

/** What {@link createTestAccount} works with. */
export interface TestAccountOptions extends Pick<TestAccount, 'environment' | 'allowsMissing'> {
  connect(credentials: Credentials, hooks: TransportHooks): Promise<TwilioClient>;
  readonly now: () => number;
}

/** Opens the test account; nothing is sent yet. */
export function createTestAccount({
  environment,
  allowsMissing: mayBeMissing,
  connect,
  now,
}: TestAccountOptions): TestAccount {
  const pair = readTestCredentials(environment);
  let entry: Promise<TestAccountResult<unknown>> | undefined;

  async function ask<T>(request: (client: TwilioClient) => Promise<T>): Promise<TestAccountResult<T>> {
    if (!pair.credentials) throw new Error('the check of the credentials has to come first');
    const notes: string[] = [];
    let clocks: TestAccountResult<T>['clocks'] = { twilio: undefined, local: now() };
    const client = await connect(pair.credentials, {
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
    testCredentials: pair,
    allowsMissing: mayBeMissing,
    environment,
    request: ask,
    signIn: () => {
      entry ??= ask(({ account }) => account.fetch());
      return entry;
    },
  };
}

/** The magic number of a full queue gives 429, which otherwise means: ask again. */
function isFullQueue({ status, body }: HttpAnswer): boolean {
  return status === 429 && /"code":\s*21611\b/.test(body);
}

function readTime({ headers }: HttpAnswer): number | undefined {
  const time = Date.parse(headers.date ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/** @throws the error for an answer that says nothing about what was asked */
function readRefusal(error: unknown, notes: readonly string[]): RestFailure {
  if (error instanceof NoAnswer && notes.length > 0) {
    throw new NoAnswer(
      `${error.message}, asked ${notes.length + 1} times`,
      error.mayHaveArrived,
      error.cause,
    );
  }
  const failure = findRestFailure(error);
  if (!failure) throw error;
  const isBusy = failure.status === 429 && failure.code !== 21611;
  if (isBusy || failure.status >= 500) throw explainTwilioFailure('ask Twilio', error);
  return failure;
}

/** Twilio answers in JSON; only its load balancers do not, when it is down. */
function verifyFromTwilio({ status, headers, body }: HttpAnswer): void {
  if (status >= 500 || status === 429 || isJsonObject(body)) return;
  const type = headers['content-type']?.split(';')[0] ?? 'no type';
  throw new RelayPhoneError({
    kind: 'network',
    task: 'ask Twilio',
    reason: `what answered in its place (HTTP ${status}, ${type}) is not Twilio: a login page of this network, or a proxy?`,
    tryNext: ['sign in to the network, or leave it', 'HTTPS_PROXY, where the way out is a proxy'],
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
