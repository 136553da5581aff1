// Tests the check that compares each answer of the sandbox with Twilio's OpenAPI documents.
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSandbox } from '../src/sandbox/create.js';
import { verifyAnswer } from './support/openapi/check.js';
import { hasDocuments, NO_DOCUMENTS } from './support/openapi/documents.js';
import { fetchRaw } from './support/sandbox-client.js';

const PATH = `/2010-04-01/Accounts/AC${'0'.repeat(32)}/Balance.json`;
const REFUSAL = {
  code: 20404,
  message: 'The requested resource was not found',
  more_info: 'https://www.twilio.com/docs/errors/20404',
  status: 404,
};

let balance: object;

beforeAll(async () => {
  const sandbox = await createSandbox();
  const path = `/2010-04-01/Accounts/${sandbox.accountSid}/Balance.json`;
  balance = (await (await fetchRaw(sandbox, path)).json()) as object;
  await sandbox.close();
});

describe('the check against the OpenAPI documents', () => {
  beforeEach(({ skip }) => skip(!hasDocuments(), NO_DOCUMENTS));

  it('accepts an answer with the documented fields', () => {
    expect(() => verifyAnswer({ method: 'GET', url: PATH, status: 200, body: balance })).not.toThrow();
  });

  it.each([
    ['an extra field', 200, { colour: 'red' }, 'additionalProperty":"colour'],
    ['a missing field', 200, { currency: undefined }, 'missingProperty":"currency'],
    ['a field of another type', 200, { balance: 7 }, '/balance must be string'],
    ['a value of another form', 200, { account_sid: 'AC' }, '/account_sid must match pattern'],
    ['another status', 201, {}, 'the documents have only 200'],
  ])('rejects an answer with %s', (_name, status, change, deviation) => {
    const body = JSON.stringify({ ...balance, ...change });
    expect(() => verifyAnswer({ method: 'GET', url: PATH, status, body })).toThrow(deviation);
  });

  it('rejects an answer to an undocumented operation', () => {
    const answered = { method: 'POST', url: PATH, status: 200, body: balance };
    expect(() => verifyAnswer(answered)).toThrow('no such operation');
  });

  it('accepts an error only in the shape of a Twilio error', () => {
    const answered = { method: 'GET', url: PATH, status: 404 };
    expect(() => verifyAnswer({ ...answered, body: REFUSAL })).not.toThrow();
    for (const change of [{ status: 400 }, { code: '20404' }, { title: 'Not found' }, { more_info: '' }]) {
      expect(() => verifyAnswer({ ...answered, body: { ...REFUSAL, ...change } })).toThrow('no refusal');
    }
  });
});
