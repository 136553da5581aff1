// Which file a new .env begins from.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findStarter } from './starter.js';

it('prefers .env-dist to .env.example, takes files alone, and may find none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'env-starter-'));
  expect(findStarter(folder)).toBeUndefined();
  expect(findStarter(join(folder, 'missing'))).toBeUndefined();
  mkdirSync(join(folder, '.env-dist'));
  writeFileSync(join(folder, '.env.example'), 'A=\n');
  expect(findStarter(folder)).toBe(join(folder, '.env.example'));
  const other = mkdtempSync(join(tmpdir(), 'env-starter-'));
  writeFileSync(join(other, '.env.example'), 'A=\n');
  writeFileSync(join(other, '.env-dist'), 'A=\n');
  expect(findStarter(other)).toBe(join(other, '.env-dist'));
});
