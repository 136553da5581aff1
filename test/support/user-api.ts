// The owner at the user API of a relay.
import { mkdtempSync, rmSync } from 'node:fs';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { createShop } from '../../src/cli/commands/serve/shop.js';
import { openJournal } from '../../src/setup/journal.js';
import { openStateFolder } from '../../src/state/folder.js';
import { DEADLINE } from './deadline.js';
import { MASK, type RelayScene, type RelaySetup, setUpRelay, TOKEN } from './relay.js';

/** The main number of a relay that has no mask yet. */
export const MAIN = MASK;

/** What to ask. */
export interface Asked {
  readonly method?: string;
  readonly body?: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer; `json` is undefined when it is none. */
export interface Told {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read what they expect to be there.
  readonly json: any;
}

/** Asks as the owner. The `Host` can be chosen, which `fetch` does not allow. */
export async function ask(
  { origin }: { readonly origin: string },
  path: string,
  { method, body, headers }: Asked = {},
): Promise<Told> {
  const outgoing = request(origin + path, {
    method: method ?? (body ? 'POST' : 'GET'),
    headers: { Authorization: `Token ${TOKEN}`, 'Content-Type': 'application/json', ...headers },
  });
  outgoing.end(typeof body === 'object' ? JSON.stringify(body) : body);
  const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.on('response', resolve).on('error', reject);
  });
  const answer = await text(incoming);
  const isJson = incoming.headers['content-type'] === 'application/json' && answer !== '';
  return {
    status: incoming.statusCode,
    headers: incoming.headers,
    text: answer,
    json: isJson ? JSON.parse(answer) : undefined,
  };
}

/** A relay without a mask, and what its owner does first. */
export interface OwnerScene extends RelayScene {
  /** Has a code sent to a phone. @returns the answer, and the code that the phone shows */
  requestCode(number: string): Promise<{ readonly told: Told; readonly code: string }>;
  /** Verifies a phone. */
  verify(number: string): Promise<void>;
  /** The numbers that the account owns besides the main number. */
  listBought(): Promise<string[]>;
}

/** Sets it up, with a shop as `serve` has it. */
export async function setUpOwner({
  isAllowed = true,
  ...options
}: RelaySetup & { readonly isAllowed?: boolean } = {}): Promise<OwnerScene> {
  const path = mkdtempSync(join(tmpdir(), 'relay-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  const folder = openStateFolder(join(path, 'state'));
  let ids = 0;
  const scene = await setUpRelay({
    isMasked: false,
    openShop: (client, findApplication) => {
      const { accountSid } = client;
      const newId = () => String(ids++);
      const journal = openJournal(folder.file('journal.jsonl'), {
        target: 'sandbox',
        accountSid,
        now: Date.now,
        newId,
      });
      const buyer = { client, journal, sleep: async () => undefined };
      const waiting = { command: 'serve', timeoutMs: DEADLINE };
      return createShop({ buyer, findApplication, folder, waiting, isAllowed });
    },
    ...options,
  });
  const requestCode = async (number: string) => {
    const told = await ask(scene, '/api/v1/realphone/', { body: { number } });
    const code = /\d{6}$/.exec((await scene.received(number, 1)).at(-1) ?? '')?.[0] ?? '';
    return { told, code };
  };
  return {
    ...scene,
    requestCode,
    verify: async (number) => {
      const { code } = await requestCode(number);
      await ask(scene, '/api/v1/realphone/', { body: { number, verification_code: code } });
    },
    listBought: async () => {
      const rows = await scene.client.incomingPhoneNumbers.list();
      return rows.map(({ phoneNumber }) => phoneNumber).filter((number) => number !== MAIN);
    },
  };
}
