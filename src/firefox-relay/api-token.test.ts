// The saved tokens of the users of a checkout, in the state folder.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StateFolder } from '../state/folder.js';
import { chooseEmail, findSavedToken, saveToken } from './api-token.js';
import type { CheckoutContext } from './checkout.js';

const [ANN, BOB] = [
  { email: 'ann@example.com', token: 'token-of-ann' },
  { email: 'bob@example.com', token: 'token-of-bob' },
];

let folder: StateFolder;
beforeEach(() => {
  const path = mkdtempSync(join(tmpdir(), 'relay-phone-tokens-'));
  folder = { path, file: (name) => join(path, name) };
});
afterEach(() => rmSync(folder.path, { recursive: true, force: true }));

const write = (content: string) => writeFileSync(folder.file('relay-checkout.json'), content);
const read = () => JSON.parse(readFileSync(folder.file('relay-checkout.json'), 'utf8')) as unknown;

describe('saved tokens', () => {
  it('are kept for each user, and the last one saved is the default', () => {
    saveToken(folder, ANN);
    saveToken(folder, BOB);
    expect(findSavedToken(folder)).toEqual(BOB);
    expect(findSavedToken(folder, 'ann@example.com')).toEqual(ANN);
    expect(findSavedToken(folder, 'ANN@Example.com')).toEqual(ANN);
    expect(findSavedToken(folder, 'carol@example.com')).toBeUndefined();
    saveToken(folder, { ...ANN, token: 'new' });
    expect(findSavedToken(folder)).toEqual({ ...ANN, token: 'new' });
    expect(findSavedToken(folder, BOB.email)).toEqual(BOB);
    expect(read()).toEqual({ ...ANN, token: 'new', others: [BOB] });
  });

  it('of a state folder with one user, as earlier versions wrote it, are kept', () => {
    write(`${JSON.stringify(ANN)}\n`);
    expect([findSavedToken(folder), findSavedToken(folder, ANN.email)]).toEqual([ANN, ANN]);
    saveToken(folder, ANN);
    expect(read()).toEqual(ANN);
    saveToken(folder, BOB);
    expect(read()).toEqual({ ...BOB, others: [ANN] });
  });

  it.each(['', 'no JSON', '[]', '{"email":"ann@example.com"}', '{"email":"a","token":"b","others":1}'])(
    'in the damaged file %j count as absent',
    (content) => {
      write(content);
      expect(findSavedToken(folder)).toBeUndefined();
      saveToken(folder, BOB);
      expect(findSavedToken(folder)).toEqual(BOB);
    },
  );

  it('decide which user a command means that names none', () => {
    const context = { folder } as CheckoutContext;
    expect(chooseEmail(context)).toBe('phone-user@relay.localhost');
    saveToken(folder, ANN);
    saveToken(folder, BOB);
    expect(chooseEmail(context)).toBe(BOB.email);
    expect(chooseEmail({ ...context, email: ANN.email })).toBe(ANN.email);
  });
});
