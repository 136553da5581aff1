// An app with Firefox Relay's user API: one user, and a real SDK that sends the texts into a sandbox.
import { randomInt } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { onTestFinished } from 'vitest';
import { listen } from '../../src/http/listen.js';
import { createSandboxClient, type SandboxAccess } from './sandbox-client.js';

/** The API token of the user. */
export const APP_TOKEN = '6f1ad9b2-5c1f-4f0e-9d2b-0a3c5e7f9b11';

/** An answer of the app. */
export interface Reply {
  readonly status: number;
  /** Sent as HTML if it is a string, otherwise as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that the app received, such as `POST realphone`. */
export interface Asked {
  readonly name: string;
  readonly authorization: string | undefined;
  readonly body: Readonly<Record<string, string>>;
}

/** An answer set by a test; undefined for the answer of Relay. */
type Answered = Reply | 'hang' | undefined;

/** A running app. */
export interface RelayApp {
  readonly origin: string;
  readonly asked: readonly Asked[];
  /** Returns the pending verification code of a phone. */
  codeOf(number: string): string | undefined;
  verify(number: string): void;
  /** Returns the mask of the user. */
  mask(): string | undefined;
  /** Sets the function that may replace an answer; `hang` never answers. */
  answer(how: (asked: Asked) => Answered | Promise<Answered>): void;
}

const COUNTRIES = ['CA', 'PR', 'US'];

/** Starts the app; it texts from `mainNumber`, which the account owns. */
export async function startRelayApp(access: SandboxAccess, mainNumber: string): Promise<RelayApp> {
  const client = createSandboxClient(access);
  const [asked, codes, verified] = [[] as Asked[], new Map<string, string>(), new Set<string>()];
  let mask: string | undefined;
  let how: Parameters<RelayApp['answer']>[0] = () => undefined;

  async function postPhone({ number = '', verification_code: code }: Asked['body']): Promise<Reply> {
    if (code !== undefined) {
      if (codes.get(number) !== code)
        return refuse('Could not find that verification_code for user and number. It may have expired.');
      codes.delete(number);
      verified.add(number);
      return { status: 201, body: { id: 1, number, verified: true } };
    }
    if (verified.has(number)) return conflict('A verified record already exists for this number.');
    if (codes.has(number)) return conflict('An unverified record already exists for this number.');
    const country = parsePhoneNumberFromString(number)?.country ?? 'None';
    if (!COUNTRIES.includes(country))
      return refuse(
        `Relay Phone is currently only available for these country codes: ['CA', 'PR', 'US']. Your phone number country code is: '${country}'.`,
      );
    const secret = String(randomInt(100_000, 1_000_000));
    codes.set(number, secret);
    const body = `Your Firefox Relay verification code is ${secret}`;
    await client.messages.create({ to: number, from: mainNumber, body });
    return {
      status: 201,
      body: { id: 1, number, verified: false, message: `Sent verification code to ${number}` },
    };
  }

  async function suggest(): Promise<Reply> {
    if (mask) return refuse('available_numbers: Another RelayNumber already exists for this user.');
    if (verified.size === 0) return refuse("available_numbers: This user hasn't verified a RealPhone yet.");
    const rows = await client.availablePhoneNumbers('US').local.list({ limit: 3 });
    const random_options = rows.map((row) => ({ phone_number: row.phoneNumber, locality: row.locality }));
    return {
      status: 200,
      body: {
        real_num: '',
        same_prefix_options: [],
        other_areas_options: [],
        same_area_options: [],
        random_options,
      },
    };
  }

  async function postMask({ number = '' }: Asked['body']): Promise<Reply> {
    if (mask) return refuse('User already has a RelayNumber.');
    await client.incomingPhoneNumbers.create({ phoneNumber: number });
    mask = number;
    return { status: 201, body: { id: 1, number } };
  }

  const routes: Readonly<Record<string, (body: Asked['body']) => Reply | Promise<Reply>>> = {
    'POST realphone': postPhone,
    'GET relaynumber/suggestions': suggest,
    'POST relaynumber': postMask,
    'GET relaynumber': () => ({ status: 200, body: mask ? [{ id: 1, number: mask }] : [] }),
  };

  const server = await listen(
    async (incoming, outgoing) => {
      if (incoming.url === '/__lbheartbeat__') return void outgoing.end();
      const raw = await text(incoming);
      const body = (raw ? JSON.parse(raw) : {}) as Asked['body'];
      const name = `${incoming.method} ${incoming.url?.replace(/^\/api\/v1\/|\/$/g, '')}`;
      const one = { name, authorization: incoming.headers.authorization, body };
      asked.push(one);
      const instead = await how(one);
      if (instead === 'hang') return;
      const isUser = one.authorization === `Token ${APP_TOKEN}`;
      const reply = instead ?? (isUser ? ((await routes[name]?.(body)) ?? missing()) : stranger());
      const isText = typeof reply.body === 'string';
      outgoing
        .writeHead(reply.status, {
          'Content-Type': isText ? 'text/html' : 'application/json',
          ...reply.headers,
        })
        .end(isText ? reply.body : JSON.stringify(reply.body));
    },
    { port: 0 },
  );
  onTestFinished(server.close);
  return {
    origin: server.origin,
    asked,
    codeOf: (number) => codes.get(number),
    verify: (number) => void verified.add(number),
    mask: () => mask,
    answer: (next) => {
      how = next;
    },
  };
}

function refuse(words: string): Reply {
  return { status: 400, body: [words] };
}

function conflict(detail: string): Reply {
  return { status: 409, body: { detail } };
}

function missing(): Reply {
  return { status: 404, body: '<title>Page not found</title>' };
}

function stranger(): Reply {
  return { status: 401, body: { detail: 'Invalid token.' } };
}
