// Tests that any one change of a signed request is named, for any URL and form, and that the work is bounded.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readParameters, splitTarget } from '../../exchanges/parameters.js';
import { createSignature } from '../../twilio/signature.js';
import { explainSignature, MAX_ATTEMPTS, type SignatureExplanation } from './explain-signature.js';
import type { SignedRequest, SigningKeys } from './signed-request.js';

const TOKEN = '0123456789abcdef'.repeat(2);
const OTHER_TOKEN = 'fedcba9876543210'.repeat(2);
const ACCOUNT = `AC${'1'.repeat(32)}`;
const BASE = 'https://relay.example.test';

type Form = Readonly<Record<string, string | readonly string[]>>;

/** What Twilio signed. */
interface Signed {
  readonly path: string;
  /** With the question mark, or empty. */
  readonly query: string;
  readonly form: Form;
}

/** What became of it, and of what Twilio was given. */
interface Arrived {
  /** What was signed; default: the public base with what arrived. */
  readonly url?: string;
  readonly form?: Form;
  readonly token?: string;
  readonly target?: string;
  readonly body?: string | Buffer;
  readonly headers?: readonly string[];
  /** The URLs that the account holds. */
  readonly held?: readonly string[];
}

function explain(signed: Signed, arrived: Arrived, sign?: typeof createSignature): SignatureExplanation {
  const target = arrived.target ?? signed.path + signed.query;
  const body = Buffer.from(arrived.body ?? encodeForm(signed.form));
  const request: SignedRequest = {
    target,
    isSocket: false,
    signature: createSignature(
      arrived.token ?? TOKEN,
      arrived.url ?? BASE + signed.path + signed.query,
      arrived.form ?? signed.form,
    ),
    parameters: readParameters(body.toString()),
    digest: undefined,
    body,
    headers: ['Host', 'relay.example.test', ...(arrived.headers ?? [])],
  };
  const keys: SigningKeys = {
    authToken: TOKEN,
    otherTokens: [{ name: 'TWILIO_TEST_AUTH_TOKEN of .env', token: OTHER_TOKEN }],
    publicBase: BASE,
    app: 'http://127.0.0.1:8000',
    accountSid: ACCOUNT,
    configured: (arrived.held ?? []).map((url) => ({ url, holder: 'smsUrl of the TwiML app AP1' })),
  };
  return explainSignature(request, keys, BASE + target, sign);
}

function encodeForm(form: Form): string {
  const pairs = Object.entries(form).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, String(one)]),
  );
  return String(new URLSearchParams(pairs));
}

interface Mutation {
  readonly reasons: readonly string[];
  readonly of: (signed: Signed) => Arrived;
  /** Prepares what is signed, so that the change is one. */
  readonly prepare?: (signed: Signed) => Signed;
}

const withQuery = (query: string) => (signed: Signed) => ({ ...signed, query });
const withBody = (Body: string) => (signed: Signed) => ({ ...signed, form: { ...signed.form, Body } });
const latin1 = (form: Form) =>
  encodeForm(form).replaceAll(/(?:%[89A-F][0-9A-F])+/g, (codes) =>
    [...Buffer.from(decodeURIComponent(codes), 'latin1')].map((byte) => `%${byte.toString(16)}`).join(''),
  );

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'another scheme': {
    reasons: ['wrong scheme'],
    of: ({ path, query }) => ({ url: `http://relay.example.test${path}${query}` }),
  },
  'the host that the account holds': {
    reasons: ['wrong host'],
    of: ({ path, query }) => ({
      url: `https://old.example.test${path}${query}`,
      held: [`https://old.example.test${path}${query}`],
    }),
  },
  'the port that the account holds': {
    reasons: ['port'],
    of: ({ path, query }) => ({ url: `${BASE}:8443${path}${query}`, held: [`${BASE}:8443${path}${query}`] }),
  },
  'another port': { reasons: ['port'], of: ({ path, query }) => ({ url: `${BASE}:8000${path}${query}` }) },
  'a host in capitals': {
    reasons: ['letter case'],
    of: ({ path, query }) => ({
      url: `https://Relay.example.test${path}${query}`,
      held: [`https://Relay.example.test${path}${query}`],
    }),
  },
  'a slash at the end': {
    reasons: ['trailing slash'],
    of: ({ path, query }) => ({ target: `${path}/${query}` }),
  },
  'a path in capitals': {
    reasons: ['letter case'],
    of: ({ path, query }) => ({ target: path.toUpperCase() + query }),
  },
  'a removed prefix': {
    reasons: ['path prefix'],
    of: ({ path, query }) => ({
      url: `${BASE}/twilio${path}${query}`,
      held: [`${BASE}/twilio${path}${query}`],
    }),
  },
  'a removed prefix of another path': {
    reasons: ['path prefix'],
    of: ({ path, query }) => ({ url: `${BASE}/hooks/v2${path}${query}`, held: [`${BASE}/hooks/v2/sms`] }),
  },
  'a prefix that a header names': {
    reasons: ['path prefix'],
    of: ({ path, query }) => ({
      url: `${BASE}/behind${path}${query}`,
      headers: ['X-Forwarded-Prefix', '/behind/'],
    }),
  },
  'an added prefix': {
    reasons: ['path prefix'],
    of: ({ path, query }) => ({ target: `/proxy/app${path}${query}` }),
  },
  'a decoded path': {
    reasons: ['path re-encoded'],
    prepare: (signed) => ({ ...signed, path: `${signed.path}/a%7Eb%2Cc` }),
    of: ({ path, query }) => ({ target: path.replace('%7E', '~') + query }),
  },
  'another path that the account holds': {
    reasons: ['other path'],
    of: ({ query }) => ({ url: `${BASE}/Elsewhere${query}`, held: [`${BASE}/Elsewhere${query}`] }),
  },
  'a query in another order': {
    reasons: ['query in another order'],
    prepare: withQuery('?b=2&a=1&c=3'),
    of: ({ path }) => ({ target: `${path}?a=1&b=2&c=3` }),
  },
  'pluses for spaces': {
    reasons: ['query re-encoded'],
    prepare: withQuery('?a=b%20c%20d&e=f'),
    of: ({ path }) => ({ target: `${path}?a=b+c+d&e=f` }),
  },
  'spaces for pluses': {
    reasons: ['query re-encoded'],
    prepare: withQuery('?a=b+c+d&e=f'),
    of: ({ path }) => ({ target: `${path}?a=b%20c%20d&e=f` }),
  },
  'a query that is decoded in part': {
    reasons: ['query re-encoded'],
    prepare: withQuery('?a=%7Eb%2Fc&d=%3A%40&e=%26'),
    of: ({ path }) => ({ target: `${path}?a=~b%2Fc&d=:%40&e=%26` }),
  },
  'a query that is encoded in part': {
    reasons: ['query re-encoded'],
    prepare: withQuery("?a=~b,c&d=(e)&f='"),
    of: ({ path }) => ({ target: `${path}?a=%7Eb,c&d=(e)&f=%27` }),
  },
  'a query with codes in capitals': {
    reasons: ['query re-encoded'],
    prepare: withQuery('?a=%c3%a9%2f'),
    of: ({ path }) => ({ target: `${path}?a=%C3%A9%2F` }),
  },
  'a query that was encoded twice': {
    reasons: ['query re-encoded'],
    prepare: withQuery('?a=%20b'),
    of: ({ path }) => ({ target: `${path}?a=%2520b` }),
  },
  'a lost query': {
    reasons: ['query differs'],
    prepare: withQuery('?key=1'),
    of: ({ path }) => ({ target: path, held: [`${BASE}${path}?key=1`] }),
  },
  'an added query': {
    reasons: ['query differs'],
    prepare: withQuery(''),
    of: ({ path }) => ({ target: `${path}?utm_source=x` }),
  },
  'one more parameter in the query': {
    reasons: ['query differs'],
    prepare: withQuery('?a=1&b=2'),
    of: ({ path }) => ({ target: `${path}?a=1&utm_source=x&b=2` }),
  },
  'credentials that are signed': {
    reasons: ['credentials in the URL'],
    of: ({ path, query }) => ({
      url: `https://ann:s3cret@relay.example.test${path}${query}`,
      held: [`https://ann:s3cret@relay.example.test${path}${query}`],
    }),
  },
  'credentials that are not signed, at another host': {
    reasons: ['wrong host'],
    of: ({ path, query }) => ({
      url: `https://old.example.test${path}${query}`,
      held: [`https://ann:s3cret@old.example.test${path}${query}`],
    }),
  },
  'another scheme and a removed prefix': {
    reasons: ['wrong scheme', 'path prefix'],
    of: ({ path, query }) => ({
      url: `http://relay.example.test/twilio${path}${query}`,
      held: [`${BASE}/twilio/sms`],
    }),
  },
  'another host and a query in another order': {
    reasons: ['wrong host', 'query in another order'],
    prepare: withQuery('?b=2&a=1'),
    of: ({ path }) => ({
      url: `https://front.example.test${path}?b=2&a=1`,
      target: `${path}?a=1&b=2`,
      headers: ['X-Forwarded-Host', 'front.example.test'],
    }),
  },
  'an added parameter': {
    reasons: ['parameter added'],
    of: ({ form }) => ({ body: encodeForm({ ...form, csrf: 'x' }) }),
  },
  'an empty parameter that is lost': {
    reasons: ['parameter removed'],
    prepare: (signed) => ({ ...signed, form: { ...signed.form, FromCity: '' } }),
    of: ({ form: { FromCity: _, ...form } }) => ({ body: encodeForm(form) }),
  },
  'all empty parameters that are lost': {
    reasons: ['parameter removed'],
    prepare: (signed) => ({
      ...signed,
      form: {
        ...signed.form,
        FromCity: '',
        FromState: '',
        FromZip: '',
        FromCountry: 'US',
        ToCity: '',
        ToState: '',
        ToZip: '',
        ToCountry: '',
      },
    }),
    of: ({ form }) => ({
      body: encodeForm(
        Object.fromEntries(
          Object.entries(form).filter(([name, value]) => value !== '' || name.startsWith('X')),
        ),
      ),
    }),
  },
  'a lost AccountSid': {
    reasons: ['parameter removed'],
    of: ({ form: { AccountSid: _, ...form } }) => ({ body: encodeForm(form) }),
  },
  'a trimmed text': {
    reasons: ['parameter changed'],
    prepare: withBody('Hi there '),
    of: ({ form }) => ({ body: encodeForm({ ...form, Body: 'Hi there' }) }),
  },
  'a text with more spaces': {
    reasons: ['parameter changed'],
    prepare: withBody('Hi'),
    of: ({ form }) => ({ body: encodeForm({ ...form, Body: ' Hi' }) }),
  },
  'other line ends': {
    reasons: ['parameter changed'],
    prepare: withBody('one\r\ntwo'),
    of: ({ form }) => ({ body: encodeForm({ ...form, Body: 'one\ntwo' }) }),
  },
  'pluses that were read as spaces': {
    reasons: ['parameter changed'],
    of: ({ form }) => ({ body: encodeForm({ ...form, From: ' 12125550190', To: ' 12025550100' }) }),
  },
  'one plus that was read as a space': {
    reasons: ['parameter changed'],
    of: ({ form }) => ({ body: encodeForm({ ...form, From: ' 12125550190' }) }),
  },
  'a text that was encoded twice': {
    reasons: ['parameter changed'],
    prepare: withBody('é & more'),
    of: ({ form }) => ({ body: encodeForm({ ...form, Body: encodeURIComponent('é & more') }) }),
  },
  'a text that was escaped': {
    reasons: ['parameter changed'],
    prepare: withBody('<Tom & "Ann">'),
    of: ({ form }) => ({ body: encodeForm({ ...form, Body: '&lt;Tom &amp; &quot;Ann&quot;&gt;' }) }),
  },
  'a composed character': {
    reasons: ['parameter changed'],
    prepare: withBody('cafe\u0301'),
    of: ({ form }) => ({ body: encodeForm({ ...form, Body: 'caf\u00e9' }) }),
  },
  'a repeated name that was joined': {
    reasons: ['parameter changed'],
    prepare: (signed) => ({ ...signed, form: { ...signed.form, Digit: ['1', '2'] } }),
    of: ({ form }) => ({ body: encodeForm({ ...form, Digit: '1,2' }) }),
  },
  'another scheme in the account, and a trimmed text': {
    reasons: ['wrong scheme', 'parameter changed'],
    prepare: withBody('Hi there '),
    of: ({ path, query, form }) => ({
      url: `http://relay.example.test${path}${query}`,
      held: [`http://relay.example.test${path}${query}`],
      body: encodeForm({ ...form, Body: 'Hi there' }),
    }),
  },
  'a name that was repeated': {
    reasons: ['parameter added'],
    of: ({ form }) => ({ body: `${encodeForm(form)}&From=x` }),
  },
  'a body in ISO-8859-1': {
    reasons: ['other charset'],
    prepare: (signed) => ({ ...signed, form: { From: '+12125550190', Body: 'déjà vu' } }),
    of: ({ form }) => ({ body: latin1(form) }),
  },
  'a body that was read as ISO-8859-1': {
    reasons: ['other charset'],
    prepare: withBody('Hi 📲'),
    of: ({ form }) => ({
      body: encodeForm({ ...form, Body: Buffer.from('Hi 📲').toString('latin1') }),
    }),
  },
  'the test token': { reasons: ['other token'], of: () => ({ token: OTHER_TOKEN }) },
  'the URL alone': { reasons: ['altered body'], of: () => ({ form: {} }) },
  'a query that was a form': {
    reasons: ['query as parameters'],
    prepare: withQuery(''),
    of: ({ path, form }) => ({ target: `${path}?${encodeForm(form)}`, body: '' }),
  },
  'another account': {
    reasons: ['another account'],
    prepare: (signed) => ({ ...signed, form: { ...signed.form, AccountSid: `AC${'2'.repeat(32)}` } }),
    of: () => ({ token: 'f'.repeat(32) }),
  },
  'an unknown token': { reasons: ['altered body or unknown token'], of: () => ({ token: 'f'.repeat(32) }) },
  'another text': {
    reasons: ['altered body or unknown token'],
    of: ({ form }) => ({ body: encodeForm({ ...form, Body: 'something else entirely' }) }),
  },
};

const paths = fc
  .array(fc.stringMatching(/^[a-z][a-z0-9_-]{0,9}$/), { minLength: 1, maxLength: 3 })
  .map((segments) => `/${segments.join('/')}`);
const queries = fc.option(
  fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.stringMatching(/^[A-Za-z0-9 é&]{1,8}$/), {
    minKeys: 1,
    maxKeys: 3,
  }),
  { nil: undefined },
);
/** Beside two lost pluses, a value that begins with a space of its own looks like a third: that is not explained. */
const values = fc.string({ unit: 'grapheme' }).filter((value) => !value.startsWith(' '));

const requests = fc.record({
  path: paths,
  query: queries.map((pairs) => (pairs ? `?${new URLSearchParams(pairs)}` : '')),
  form: fc.dictionary(fc.stringMatching(/^X[A-Za-z0-9]{1,9}$/), values, { maxKeys: 6 }).map(
    (extra): Form => ({
      ...extra,
      AccountSid: ACCOUNT,
      From: '+12125550190',
      To: '+12025550100',
      Body: 'Hello',
    }),
  ),
});

it.each(Object.entries(MUTATIONS))('names %s, for any URL and form', (_name, { reasons, of, prepare }) => {
  fc.assert(
    fc.property(requests, (any) => {
      const signed = prepare ? prepare(any) : any;
      const arrived = of(signed);
      const { finding, ...found } = explain(signed, arrived);
      expect(found.reasons).toEqual(reasons);
      expect(finding.what).not.toContain('undefined');
      expect(finding.what).not.toMatch(/s3cret|2125550/);
      expect(finding.tryNext.length).toBeGreaterThan(0);
    }),
    { numRuns: 20 },
  );
});

const text = fc.string({ unit: 'binary', maxLength: 300 });
const anything = fc.record({
  target: text.map((rest) => `/${rest}`),
  body: fc.oneof(
    text,
    fc.array(fc.tuple(text, text)).map((pairs) => String(new URLSearchParams(pairs))),
  ),
  headers: fc
    .array(
      fc.tuple(
        fc.constantFrom(
          'Host',
          'X-Forwarded-Host',
          'X-Forwarded-Prefix',
          'X-Original-URL',
          'Authorization',
          'Content-Type',
          'X-Forwarded-Port',
        ),
        text,
      ),
    )
    .map((pairs) => pairs.flat()),
  held: fc.array(fc.oneof(fc.webUrl({ withQueryParameters: true }), text)),
});

it('explains or gives up on anything without an error, with a bounded number of signatures', () => {
  fc.assert(
    fc.property(anything, ({ target, body, headers, held }) => {
      let count = 0;
      const sign: typeof createSignature = (...input) => {
        count += 1;
        return createSignature(...input);
      };
      const signed = { ...splitTargetOf(target), form: {} };
      const found = explain(signed, { target, body, headers, held, token: 'e'.repeat(32) }, sign);
      expect(['altered body or unknown token', 'another account']).toContain(found.reasons[0]);
      expect(count).toBeLessThanOrEqual(MAX_ATTEMPTS);
    }),
    { numRuns: 200 },
  );
});

function splitTargetOf(target: string): { path: string; query: string } {
  const { pathname: path, query } = splitTarget(target);
  return { path, query };
}

it('signs the less, the longer a request is', () => {
  const counts = [10, 1000, 200_000].map((length) => {
    let count = 0;
    const body = `Body=${'x'.repeat(length)}`;
    const form = { Body: 'y' };
    explain({ path: '/sms', query: '?a=%20b', form }, { body, token: 'e'.repeat(32) }, (...input) => {
      count += 1;
      return createSignature(...input);
    });
    return count;
  });
  expect(counts).toEqual(counts.toSorted((one, other) => other - one));
  expect(counts.at(-1)).toBeLessThan(40);
});

it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
  'explains an added parameter with the name %s',
  (name) => {
    const form = { From: '+12125550190' };
    const body = `From=%2B12125550190&${name}=x`;
    expect(explain({ path: '/sms', query: '', form }, { body }).reasons).toEqual(['parameter added']);
  },
);
