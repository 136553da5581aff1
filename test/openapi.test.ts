// The check that every answer of the sandbox goes through in the tests: it sees what deviates from Twilio's documents.
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

describe('an answer', () => {
  beforeEach(({ skip }) => skip(!hasDocuments(), NO_DOCUMENTS));

  it('passes with the fields of the documents', () => {
    expect(() => verifyAnswer({ method: 'GET', url: PATH, status: 200, body: balance })).not.toThrow();
  });

  it.each([
    ['a field too many', 200, { colour: 'red' }, 'additionalProperty":"colour'],
    ['a field too few', 200, { currency: undefined }, 'missingProperty":"currency'],
    ['a field of another type', 200, { balance: 7 }, '/balance must be string'],
    ['a value of another form', 200, { account_sid: 'AC' }, '/account_sid must match pattern'],
    ['another status', 201, {}, 'the documents have only 200'],
  ])('does not pass with %s', (_name, status, change, deviation) => {
    const body = JSON.stringify({ ...balance, ...change });
    expect(() => verifyAnswer({ method: 'GET', url: PATH, status, body })).toThrow(deviation);
  });

  it('does not pass where the documents have nothing', () => {
    const answered = { method: 'POST', url: PATH, status: 200, body: balance };
    expect(() => verifyAnswer(answered)).toThrow('no such operation');
  });

  it('that is a refusal passes in the shape of a refusal, and in no other', () => {
    const answered = { method: 'GET', url: PATH, status: 404 };
    expect(() => verifyAnswer({ ...answered, body: REFUSAL })).not.toThrow();
    for (const change of [{ status: 400 }, { code: '20404' }, { title: 'Not found' }, { more_info: '' }]) {
      expect(() => verifyAnswer({ ...answered, body: { ...REFUSAL, ...change } })).toThrow('no refusal');
    }
  });
});
