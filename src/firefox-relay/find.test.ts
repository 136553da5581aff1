// A checkout of Relay is known by its files, whatever its age, and nothing else is taken for one.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeCheckout } from '../../test/support/relay-checkout.js';
import { findCheckout, listMissingParts } from './find.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relay-phone-checkout-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it.each([
  ['HOSTS = config("ALLOWED_HOSTS", "") or config("DJANGO_ALLOWED_HOST", "")', 'ALLOWED_HOSTS'],
  ['ALLOWED_HOSTS = []\nHOSTS = config("DJANGO_ALLOWED_HOST", "")', 'DJANGO_ALLOWED_HOST'],
])('with the settings %j it is a checkout that reads %s', (settings, hostsKey) => {
  writeCheckout(folder, { 'privaterelay/settings.py': settings });
  expect(findCheckout(folder)).toEqual({ path: folder, hostsKey });
});

it.each(['manage.py', 'privaterelay/settings.py', 'phones/models.py', 'api/views/phones.py'])(
  'without %s it is none',
  (name) => {
    writeCheckout(folder, { [name]: undefined });
    expect([findCheckout(folder), listMissingParts(folder)]).toEqual([undefined, [join(name)]]);
  },
);

it('is no file, no other folder, and no place that is not there', () => {
  writeFileSync(join(folder, 'file'), '');
  for (const name of ['.', 'file', 'nowhere']) expect(findCheckout(join(folder, name))).toBeUndefined();
});
