// Looks for clocks that fake timers would change; biome.json forbids the timers.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it('no file of the library reads the time from a Date that a test may have faked', () => {
  const files = ['src/http', 'src/sandbox', 'src/state'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  );
  const sources = [...files, 'src/debug.ts'].filter((file) => /(?<!\.test|\.d)\.ts$/.test(file));
  expect(sources.length).toBeGreaterThan(200);
  const reading = sources.filter((file) =>
    /\bDate\.now\b(?!`)|\bnew Date\(\)|\bDate\(\)/.test(readFileSync(file, 'utf8')),
  );
  expect(reading).toEqual([]);
});
