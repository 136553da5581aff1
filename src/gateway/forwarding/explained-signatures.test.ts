// Tests what the gateway says of wrong signatures: the sentence for each cause, and when it reads the account's URLs anew.
import twilio from 'twilio';
import { expect, it } from 'vitest';
import {
  type Asked,
  BASE,
  FORM,
  type GatewayScene,
  SMS,
  setUpGateway,
  startApp,
  TOKEN,
  webhook,
} from '../../../test/support/gateway.js';
import { RelayPhoneError } from '../../errors.js';
import type { ExchangeSummary } from '../../exchanges/exchange.js';
import type { GatewayOptions } from '../gateway.js';
import type { ConfiguredUrl } from '../signature/configured-urls.js';

const ACCOUNT = `AC${'1'.repeat(32)}`;
const OTHER_ACCOUNT = `AC${'2'.repeat(32)}`;
const OTHER_TOKEN = 'fedcba9876543210'.repeat(2);
const HOLDER = 'smsUrl of the TwiML app AP1';
const PROXY = 'let the tunnel or proxy pass on the path and query as they are';
const BYTES = 'let nothing on the way parse and write the body: it has to arrive byte for byte';

async function setUp(options: Partial<GatewayOptions> = {}): Promise<GatewayScene> {
  const app = await startApp((incoming, outgoing) => void incoming.resume().on('end', () => outgoing.end()));
  return setUpGateway(app.origin, options);
}

/** An account that holds these URLs. */
function holding(...urls: string[]): Partial<GatewayOptions> {
  const held = urls.map((url): ConfiguredUrl => ({ url, holder: HOLDER }));
  return { account: { sid: ACCOUNT, urls: () => held, readUrls: async () => undefined } };
}

/** Returns the newest refused exchange. */
function newest({ gateway }: GatewayScene): ExchangeSummary | undefined {
  return gateway.list({ refused: true })[0];
}

/** A webhook with the signature of `url` and `form`, that arrives for `target` with `body`. */
function arriving(
  signed: { readonly url: string; readonly form?: Readonly<Record<string, string>>; readonly token?: string },
  { target = SMS, body }: { readonly target?: string; readonly body?: string } = {},
): Asked {
  const { url, form = FORM, token = TOKEN } = signed;
  const asked = webhook({ target, form });
  const signature = twilio.getExpectedTwilioSignature(token, url, form);
  return {
    ...asked,
    headers: { ...(asked.headers as Record<string, string>), 'X-Twilio-Signature': signature },
    ...(body !== undefined && { body }),
  };
}

interface Cause {
  readonly what: string;
  readonly tryNext: readonly string[];
  readonly asked: Asked;
  readonly options?: Partial<GatewayOptions>;
}

const form = (changes: Readonly<Record<string, string>>) =>
  String(new URLSearchParams({ ...FORM, ...changes }));

const CAUSES: Readonly<Record<string, Cause>> = {
  'a URL with another scheme in the TwiML app': {
    options: holding(`http://relay.example.test${SMS}`),
    asked: arriving({ url: `http://relay.example.test${SMS}` }),
    what: `the signature is for http://, but the request has https:// (${HOLDER})`,
    tryNext: [`change ${HOLDER} from http://relay.example.test${SMS} to ${BASE}${SMS}`],
  },
  'another host in the TwiML app, with a password': {
    options: holding(`https://ann:s3cret@old.example.com${SMS}`),
    asked: arriving({ url: `https://old.example.com${SMS}` }),
    what: `the signature is for old.example.com, but the request has relay.example.test (${HOLDER})`,
    tryNext: [
      `change ${HOLDER} from https://…@old.example.com${SMS} to ${BASE}${SMS}`,
      'or relay-phone tunnel --url https://old.example.com, if that address leads to this tunnel',
    ],
  },
  'a prefix that a proxy removed': {
    options: holding(`${BASE}/twilio${SMS}`),
    asked: arriving({ url: `${BASE}/twilio${SMS}` }),
    what: `the signature is for /twilio${SMS}, but the request has ${SMS}: something on the way removed the prefix /twilio (${HOLDER})`,
    tryNext: [PROXY, `or change ${HOLDER} from ${BASE}/twilio${SMS} to ${BASE}${SMS}`],
  },
  'a slash at the end': {
    asked: arriving({ url: `${BASE}${SMS}/` }),
    what: `the signature is for ${SMS}/, but the request has ${SMS}: a slash was removed or added on the way`,
    tryNext: [PROXY, `or give Twilio the URL ${BASE}${SMS}`],
  },
  'a query in another order': {
    asked: arriving({ url: `${BASE}${SMS}?b=2&a=1` }, { target: `${SMS}?a=1&b=2` }),
    what: 'the signature is for ?b=2&a=1, but the request has ?a=1&b=2: something on the way changed the order',
    tryNext: [PROXY, `or give Twilio the URL ${BASE}${SMS}?a=1&b=2`],
  },
  'a query that was lost, with a secret': {
    options: holding(`${BASE}${SMS}?token=s3cret`),
    asked: arriving({ url: `${BASE}${SMS}?token=s3cret` }),
    what: `the signature is for ?token=(hidden), but the request has no query (${HOLDER})`,
    tryNext: [PROXY, `or change ${HOLDER} from ${BASE}${SMS}?token=(hidden) to ${BASE}${SMS}`],
  },
  'an added parameter with control characters': {
    asked: arriving({ url: BASE + SMS }, { body: `${form({})}&X=${encodeURIComponent('\x1b[31mred')}` }),
    what: 'the parameter X was added on the way: "\\x1b[31mred"',
    tryNext: [BYTES],
  },
  'a lost empty parameter': {
    asked: arriving({ url: BASE + SMS, form: { ...FORM, FromZip: '' } }, { body: form({}) }),
    what: 'the parameter FromZip was empty, and was left out on the way: "" is signed',
    tryNext: [BYTES],
  },
  'a trimmed text': {
    asked: arriving(
      { url: BASE + SMS, form: { ...FORM, Body: `${'x'.repeat(200)}\n` } },
      { body: form({ Body: 'x'.repeat(200) }) },
    ),
    what: 'the parameter Body lost a line end at its end on the way: "…xxxxxxxxxxxx\\n" is signed, "…xxxxxxxxxxxx" arrived',
    tryNext: [BYTES],
  },
  'a number whose plus was read as a space': {
    asked: arriving({ url: BASE + SMS }, { body: form({ From: ' 12125550190' }) }),
    what: 'the parameter From got a space for its plus sign on the way: "+1…0190" is signed, " 1…0190" arrived',
    tryNext: [BYTES],
  },
  'parameters that were not signed': {
    asked: arriving({ url: BASE + SMS, form: {} }, { body: form({}) }),
    what: 'only the URL is signed, but the request has parameters in its body',
    tryNext: ['set the method of the webhook at Twilio to POST, if it is GET', BYTES],
  },
  'another known token': {
    options: { otherTokens: [{ name: 'TWILIO_TEST_AUTH_TOKEN of .env', token: OTHER_TOKEN }] },
    asked: arriving({ url: BASE + SMS, token: OTHER_TOKEN }),
    what: 'it is signed with another auth token: TWILIO_TEST_AUTH_TOKEN of .env',
    tryNext: [
      'set TWILIO_AUTH_TOKEN to the one of the account that sends the webhooks, and start the tunnel again',
    ],
  },
  'another account': {
    options: holding(BASE + SMS),
    asked: webhook({ form: { ...FORM, AccountSid: OTHER_ACCOUNT } }, { token: 'f'.repeat(32) }),
    what: `the request says that it is of the account ${OTHER_ACCOUNT}, but the auth token here is that of ${ACCOUNT}`,
    tryNext: [
      `set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN to those of ${OTHER_ACCOUNT}, if its webhooks are meant`,
      'let the numbers of the other account lead to another address',
    ],
  },
  'a shared key': {
    asked: {
      ...webhook(),
      headers: {
        'X-Twilio-Signature': 'x'.repeat(44),
        'X-Twilio-Webhooks-Signature-Settings': 'key=webhooks_sharedkey_1,algorithm=HMAC_SHA256',
      },
    },
    what: 'it is signed with a shared key of a Webhook Rule, which is not known here',
    tryNext: ['let Twilio sign with the auth token: remove the Webhook Rule'],
  },
  'an unknown token': {
    asked: webhook({}, { token: 'f'.repeat(32) }),
    what: 'neither the URLs nor the tokens that are known here give this signature: the body was altered, or the token is another one',
    tryNext: [
      'compare TWILIO_AUTH_TOKEN with the auth token in the console: https://console.twilio.com',
      BYTES,
    ],
  },
};

it.each(Object.entries(CAUSES))(
  'explains %s in one sentence',
  async (_name, { asked, options, what, tryNext }) => {
    const scene = await setUp(options);
    expect((await scene.ask(asked)).status).toBe(404);
    await scene.waitFor('refused');
    expect(newest(scene)?.findings).toEqual([{ id: 'signature', what, tryNext }]);
  },
);

it('says what is wrong with a signature that it passes on, beside what is wrong with the answer', async () => {
  const app = await startApp((incoming, outgoing) => {
    incoming.resume().on('end', () => outgoing.writeHead(302, { Location: '/login' }).end());
  });
  const scene = await setUpGateway(app.origin, { exposeAll: true });
  await scene.ask(arriving({ url: `http://relay.example.test${SMS}` }));
  await scene.waitFor('exchange');
  expect(scene.gateway.list({})[0]?.findings?.map(({ id }) => id)).toEqual(['signature', 'redirect']);
});

/** An account whose next URLs arrive when they are released. */
function createChangingAccount() {
  let urls: readonly ConfiguredUrl[] = [];
  let reads = 0;
  const waiting: (() => void)[] = [];
  return {
    reads: () => reads,
    release: (next: readonly ConfiguredUrl[]) => {
      urls = next;
      for (const go of waiting.splice(0)) go();
    },
    account: {
      sid: ACCOUNT,
      urls: () => urls,
      readUrls: async () => {
        reads += 1;
        await new Promise<void>((resolve) => waiting.push(resolve));
      },
    },
  };
}

it('reads the URLs of the account anew for a signature that nothing explains, and explains it then', async () => {
  const changing = createChangingAccount();
  const scene = await setUp({ account: changing.account });
  await scene.ask(arriving({ url: 'https://new.example.test/hook' }));
  await scene.waitFor('refused');
  expect(newest(scene)?.verdict.reasons).toEqual(['altered body or unknown token']);
  changing.release([{ url: 'https://new.example.test/hook', holder: HOLDER }]);
  const [event] = await scene.waitFor('finding');
  const what = `the signature is for new.example.test and /hook, but the request has relay.example.test and ${SMS} (${HOLDER})`;
  expect(event).toMatchObject({ exchangeId: 1, finding: { id: 'signature', what } });
  expect(newest(scene)).toMatchObject({
    verdict: { reasons: ['wrong host', 'other path'], signedUrl: 'https://new.example.test/hook' },
    findings: [{ what }],
  });
});

it('says that the URLs could not be read, once for each request that waited', async () => {
  const readUrls = async () => {
    throw new RelayPhoneError({
      kind: 'network',
      task: 'list the numbers',
      reason: 'Twilio did not answer',
      tryNext: [],
    });
  };
  const scene = await setUp({ account: { sid: ACCOUNT, urls: () => [], readUrls } });
  await scene.ask(webhook({}, { token: 'f'.repeat(32) }));
  await scene.waitFor('finding');
  expect(newest(scene)?.findings).toMatchObject([
    {
      what: expect.stringMatching(
        /token is another one; the URLs at Twilio could not be read: Twilio did not answer$/,
      ),
    },
  ]);
});

it('asks Twilio once, however many strangers sign wrongly, and forwards webhooks meanwhile', async () => {
  const changing = createChangingAccount();
  const scene = await setUp({ account: changing.account });
  for (let round = 0; round < 50; round += 1) {
    await scene.ask(webhook({}, { token: 'e'.repeat(32) }));
    expect((await scene.ask(webhook())).status).toBe(200);
  }
  await scene.waitFor('refused', 50);
  expect(changing.reads()).toBe(1);
});

it('explains only a few signatures of unknown tokens in a second, and more of those that are found early', async () => {
  const clock = { now: 1000 };
  const scene = await setUp({ now: () => clock.now });
  const countLooked = async (asked: Asked, count: number) => {
    clock.now += 1000;
    for (let round = 0; round < count; round += 1) await scene.ask(asked);
    const newestOnes = scene.gateway.list({ refused: true, limit: count });
    return newestOnes.filter(({ verdict }) => verdict.reasons[0] !== 'not looked into').length;
  };
  const unknown = await countLooked(webhook({}, { token: 'e'.repeat(32) }), 9);
  expect(unknown).toBeGreaterThan(1);
  expect(unknown).toBeLessThan(9);
  expect(await countLooked(arriving({ url: `http://relay.example.test${SMS}` }), 12)).toBe(10);
});
