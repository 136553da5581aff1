// Which Python runs a checkout.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findPython } from './python.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relay-phone-python-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function make(name: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '');
  return path;
}

const find = (environment = {}, named?: string) =>
  findPython({ checkout: { path: folder, hostsKey: 'ALLOWED_HOSTS' }, named, environment });

it('is that of the flag, of the active environment, of .venv, env, venv, in this order', () => {
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

it('is no other when the flag names none', () => {
  make('.venv/bin/python');
  expect(find({}, join(folder, 'nowhere'))).toBeUndefined();
});
