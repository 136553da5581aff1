// Tests verdicts with known signatures, and the reason for each kind of wrong signature.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { VECTORS } from '../../../test/support/signature-vectors.js';
import type { Reason, Verdict } from '../../exchanges/verdict.js';
import { createBodyDigest, createSignature } from '../../twilio/signature.js';
import { listSignedUrlCandidates } from './candidates.js';
import type { SignedRequest, SigningKeys } from './signed-request.js';
import { matchSignature, verifyExchangeSignature } from './verify-signature.js';

const TOKEN = '0123456789abcdef'.repeat(2);
const SECOND = 'fedcba9876543210'.repeat(2);
const SIGNING: SigningKeys = {
  authToken: TOKEN,
  otherTokens: [{ name: 'test credentials', token: SECOND }],
  publicBase: 'https://relay.example.test',
  app: 'http://127.0.0.1:8000',
};
const FORM = { From: '+12025550123', To: '+12025550100', Body: 'Hi 📲' };

function judged(request: Partial<SignedRequest>, signing: Partial<SigningKeys> = {}): Verdict {
  const whole: SignedRequest = {
    target: '/sms',
    isSocket: false,
    signature: undefined,
    parameters: FORM,
    digest: undefined,
    body: Buffer.alloc(0),
    headers: ['Host', 'relay.example.test'],
    ...request,
  };
  const all = { ...SIGNING, ...signing };
  return verifyExchangeSignature(whole, all, matchSignature(whole, all)).verdict;
}

it.each(VECTORS.map((vector) => [vector.name, vector] as const))(
  'accepts the signature of %s [T]',
  (_name, vector) => {
    const { origin } = new URL(vector.url);
    const at = vector.url.indexOf('/', vector.url.indexOf('//') + 2);
    const publicBase = vector.url.slice(0, at);
    const verdict = judged(
      {
        target: vector.url.slice(at),
        signature: vector.signature,
        parameters: vector.form,
        digest: vector.body === undefined ? undefined : createBodyDigest(vector.body),
      },
      { authToken: vector.token, publicBase },
    );
    expect([origin, verdict.result]).toEqual([origin, 'valid']);
  },
);

interface Mutation {
  readonly reasons: readonly Reason[];
  /** The URL that was signed. */
  readonly url?: string;
  readonly token?: string;
  readonly form?: Readonly<Record<string, string>>;
  readonly target?: string;
  readonly headers?: readonly string[];
}

const MUTATIONS: readonly Mutation[] = [
  {
    reasons: ['query in another order'],
    target: '/sms?a=1&b=2&c=3',
    url: 'https://relay.example.test/sms?c=3&a=1&b=2',
  },
  {
    reasons: ['query in another order'],
    target: '/sms?e=5&a=1&d=4&b=2&c=3',
    url: 'https://relay.example.test/sms?a=1&b=2&c=3&d=4&e=5',
  },
  { reasons: [], url: 'https://relay.example.test:443/sms' },
  { reasons: ['wrong scheme'], url: 'http://relay.example.test/sms' },
  { reasons: ['wrong scheme', 'wrong host'], url: 'http://127.0.0.1:8000/sms' },
  { reasons: ['wrong host'], url: 'https://old.example.test/sms', headers: ['Host', 'old.example.test'] },
  {
    reasons: ['wrong host'],
    url: 'https://front.example.test/sms',
    headers: ['Host', 'relay.example.test', 'X-Forwarded-Host', 'front.example.test, relay.example.test'],
  },
  {
    reasons: ['wrong scheme', 'wrong host'],
    url: 'http://old.example.test/sms',
    headers: ['Host', 'old.example.test'],
  },
  { reasons: ['port'], url: 'https://relay.example.test:8000/sms' },
  {
    reasons: ['port'],
    url: 'https://relay.example.test:4433/sms',
    headers: ['Host', 'relay.example.test:4433'],
  },
  { reasons: ['trailing slash'], url: 'https://relay.example.test/sms/' },
  { reasons: ['trailing slash'], url: 'https://relay.example.test/sms', target: '/sms/' },
  { reasons: ['query re-encoded'], url: "https://relay.example.test/sms?a=it's", target: '/sms?a=it%27s' },
  { reasons: ['query re-encoded'], url: 'https://relay.example.test/sms?a=b%20c', target: '/sms?a=b+c' },
  { reasons: ['query re-encoded'], url: 'https://relay.example.test/sms?a=b+c', target: '/sms?a=b%20c' },
  { reasons: ['query re-encoded'], url: 'https://relay.example.test/sms?a=%7e', target: '/sms?a=%7E' },
  {
    reasons: ['wrong scheme', 'query re-encoded'],
    url: 'http://relay.example.test/sms?a=[b]',
    target: '/sms?a=%5Bb%5D',
  },
  { reasons: ['other token'], token: SECOND },
  { reasons: ['other token', 'wrong scheme'], token: SECOND, url: 'http://relay.example.test/sms' },
  { reasons: ['altered body'], form: {} },
  { reasons: ['altered body or unknown token'], form: { ...FORM, Body: 'Hi' } },
  { reasons: ['altered body or unknown token'], token: 'f'.repeat(32) },
];

it('finds the reasons for each kind of wrong signature, for any form and path', () => {
  const forms = fc.dictionary(fc.stringMatching(/^[A-Z][A-Za-z0-9]{0,9}$/), fc.string(), { minKeys: 1 });
  const paths = fc.stringMatching(/^[a-z0-9_-]{1,12}$/).map((name) => `/api/${name}`);
  fc.assert(
    fc.property(fc.constantFrom(...MUTATIONS), forms, paths, (mutation, extra, path) => {
      const here = (text: string) => text.replace('/sms', path);
      const parameters = { ...extra, ...FORM };
      const url = here(mutation.url ?? `${SIGNING.publicBase}/sms`);
      const form = mutation.form
        ? { ...(Object.keys(mutation.form).length > 0 && extra), ...mutation.form }
        : parameters;
      const { reasons, signedUrl, computedUrl } = judged({
        target: here(mutation.target ?? '/sms'),
        signature: createSignature(mutation.token ?? TOKEN, url, form),
        parameters,
        ...(mutation.headers && { headers: mutation.headers }),
      });
      expect(reasons).toEqual(mutation.reasons);
      const isFound = !reasons.includes('altered body or unknown token');
      if (reasons.length > 0) expect(signedUrl).toBe(isFound ? url : null);
      expect(computedUrl).toBe(SIGNING.publicBase + here(mutation.target ?? '/sms'));
    }),
    { numRuns: 1000 },
  );
});

it('takes a bounded number of hosts, however many a request names', () => {
  const hosts = Array.from({ length: 3000 }, (_, index) => `h${index}`).join();
  const headers = ['Host', 'old.example.test', 'X-Forwarded-Host', hosts, 'X-Forwarded-Port', '1'];
  const request = { target: '/sms?a=b+c%20d', isSocket: false, headers };
  const urls = [...listSignedUrlCandidates(request, SIGNING)];
  expect(urls.filter((url) => url.startsWith('https://h')).length).toBeGreaterThan(0);
  expect(urls.filter((url) => /h(?:[2-9]|\d\d)/.test(url))).toEqual([]);
});

it('names the user name and password in a signed URL, and does not show them', () => {
  const signature = createSignature(TOKEN, 'https://relay:s3cret@relay.example.test/sms', FORM);
  const authorization = `Basic ${Buffer.from('relay:s3cret').toString('base64')}`;
  expect(judged({ signature, headers: ['Authorization', authorization] })).toEqual({
    result: 'invalid',
    reasons: ['credentials in the URL'],
    signedUrl: 'https://…@relay.example.test/sms',
    computedUrl: 'https://relay.example.test/sms',
    token: null,
  });
});

it('names the token that signed a request, and reports an unsigned request', () => {
  const signature = createSignature(SECOND, `${SIGNING.publicBase}/sms`, FORM);
  expect(judged({ signature })).toMatchObject({ result: 'invalid', token: 'test credentials' });
  expect(judged({})).toMatchObject({ result: 'unsigned', reasons: ['no signature'], signedUrl: null });
});

it('checks a body that is not a form by its digest', () => {
  const target = `/sms?bodySHA256=${createBodyDigest('{}')}`;
  const signature = createSignature(TOKEN, SIGNING.publicBase + target, {});
  const request = { target, signature, parameters: {} };
  expect(judged({ ...request, digest: createBodyDigest('{}') }).result).toBe('valid');
  expect(judged({ ...request, digest: createBodyDigest('[]') })).toMatchObject({
    result: 'invalid',
    reasons: ['altered body'],
  });
});
