// Which folders are a checkout of Firefox Relay, and which Python runs it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeCheckout } from '../../test/support/relay-checkout.js';
import { findCheckout, findPython, listMissingParts } from './checkout.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relay-phone-checkout-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it.each([
  ['HOSTS = config("ALLOWED_HOSTS", "") or config("DJANGO_ALLOWED_HOST", "")', 'ALLOWED_HOSTS'],
  ['ALLOWED_HOSTS = []\nHOSTS = config("DJANGO_ALLOWED_HOST", "")', 'DJANGO_ALLOWED_HOST'],
])('a folder with the settings %j is a checkout that reads %s', (settings, hostsKey) => {
  writeCheckout(folder, { 'privaterelay/settings.py': settings });
  expect(findCheckout(folder)).toEqual({ path: folder, hostsKey });
});

it.each(['manage.py', 'privaterelay/settings.py', 'phones/models.py', 'api/views/phones.py'])(
  'a folder without %s is not a checkout',
  (name) => {
    writeCheckout(folder, { [name]: undefined });
    expect([findCheckout(folder), listMissingParts(folder)]).toEqual([undefined, [join(name)]]);
  },
);

it('a file, another folder and a missing folder are not a checkout', () => {
  writeFileSync(join(folder, 'file'), '');
  for (const name of ['.', 'file', 'nowhere']) expect(findCheckout(join(folder, name))).toBeUndefined();
});

function make(name: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '');
  return path;
}

const find = (environment = {}, named?: string) =>
  findPython({ checkout: { path: folder }, pythonPath: named, environment });

it('the Python is that of the flag, of the active environment, of .venv, env or venv, in this order', () => {
  expect(find()).toBeUndefined();
  const venv = make('venv/bin/python');
  expect(find()).toEqual({ path: venv, source: 'venv' });
  const env = make('env/Scripts/python.exe');
  expect(find()).toEqual({ path: env, source: 'env' });
  const own = make('.venv/bin/python');
  expect(find()).toEqual({ path: own, source: '.venv' });
  const active = make('elsewhere/bin/python');
  const environment = { VIRTUAL_ENV: join(folder, 'elsewhere') };
  expect(find(environment)).toEqual({ path: active, source: 'the active virtual environment' });
  expect(find({ VIRTUAL_ENV: join(folder, 'gone') })?.path).toBe(own);
  expect(find(environment, venv)).toEqual({ path: venv, source: '--python' });
  expect(find(environment, join(folder, 'env'))).toEqual({ path: env, source: '--python' });
});

it('no other Python is used if the path of the flag has none', () => {
  make('.venv/bin/python');
  expect(find({}, join(folder, 'nowhere'))).toBeUndefined();
});
