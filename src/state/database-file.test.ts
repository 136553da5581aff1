// Damaged database files: each kind of damage is noticed, nothing undamaged is refused, and nothing crashes or hangs.
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RelayPhoneError } from '../errors.js';
import { openDatabase, type Store } from './database.js';
import { inspectDatabaseFile } from './database-file.js';

const SCHEMA = {
  owner: 'test',
  content: 'its texts',
  steps: [
    'CREATE TABLE texts (id INTEGER PRIMARY KEY, body TEXT NOT NULL); CREATE INDEX bodies ON texts (body);',
  ],
};
const PAGE = 4096;
const SEAL = { at: 72, length: 8 } as const;
let original: string;
let folder: string;
let path: string;

beforeAll(async () => {
  original = mkdtempSync(join(tmpdir(), 'relay-phone-undamaged-'));
  const store = openDatabase(join(original, 'texts.db'), SCHEMA);
  await fill(store, 300);
  store.close();
});
afterAll(() => rmSync(original, { recursive: true, force: true }));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relay-phone-damage-'));
  path = join(folder, 'texts.db');
  copyFileSync(join(original, 'texts.db'), path);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function fill(store: Store, count: number): Promise<void> {
  const insert = store.query('INSERT INTO texts (body) VALUES (?)');
  for (let index = 0; index < count; index += 1) insert.run(`text ${index} ${'é'.repeat(index)}`);
  await store.kept();
}

function countTexts(): number {
  const store = openDatabase(path, SCHEMA);
  const count = store.query<{ n: number }>('SELECT count(*) AS n FROM texts').get()?.n ?? -1;
  store.close();
  return count;
}

function change(file: string, edit: (bytes: Buffer) => Buffer | undefined): void {
  const bytes = readFileSync(file);
  writeFileSync(file, edit(bytes) ?? bytes);
}

function openError(): RelayPhoneError {
  try {
    countTexts();
  } catch (error) {
    if (error instanceof RelayPhoneError) return error;
    throw error;
  }
  throw new Error('it was opened');
}

/** As an earlier version or a killed process left it. */
function breakSeal(): void {
  change(path, (bytes) => bytes.fill(0, SEAL.at, SEAL.at + SEAL.length));
}

const random = (seed: number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7f_ff_ff_ff;
    return state >>> 8;
  };
};

const DAMAGE: Readonly<Record<string, (bytes: Buffer) => Buffer | undefined>> = {
  'one flipped bit in a text': (bytes) =>
    void bytes.writeUInt8(bytes.readUInt8(PAGE * 3 - 9) ^ 4, PAGE * 3 - 9),
  'one flipped bit at its end': (bytes) =>
    void bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1),
  'a page of zeros': (bytes) => bytes.fill(0, PAGE * 2, PAGE * 3),
  'a page of random bytes': (bytes) => {
    const next = random(7);
    for (let at = PAGE * 2; at < PAGE * 3; at += 1) bytes.writeUInt8(next() & 0xff, at);
    return bytes;
  },
  'two pages that changed places': (bytes) => {
    const [one, other] = [bytes.subarray(PAGE * 2, PAGE * 3), bytes.subarray(PAGE * 4, PAGE * 5)];
    return Buffer.concat([
      bytes.subarray(0, PAGE * 2),
      other,
      bytes.subarray(PAGE * 3, PAGE * 4),
      one,
      bytes.subarray(PAGE * 5),
    ]);
  },
  'half of it cut off': (bytes) => bytes.subarray(0, bytes.length / 2),
  'its last byte cut off': (bytes) => bytes.subarray(0, -1),
  'all but ten bytes cut off': (bytes) => bytes.subarray(0, 10),
  'another page appended': (bytes) => Buffer.concat([bytes, bytes.subarray(0, PAGE)]),
  'random bytes only': (bytes) => {
    const next = random(3);
    return bytes.map(() => next() & 0xff) as Buffer;
  },
  'text only': () => Buffer.from('not a database\n'.repeat(1000)),
};

describe('a database that was closed', () => {
  it('opens again, also after another program wrote to it', () => {
    expect(inspectDatabaseFile(path)).toEqual({ kind: 'intact' });
    const other = new Database(path);
    other.exec("INSERT INTO texts (body) VALUES ('by hand')");
    other.close();
    expect(inspectDatabaseFile(path)).toEqual({ kind: 'unproven' });
    expect([countTexts(), inspectDatabaseFile(path)]).toEqual([301, { kind: 'intact' }]);
  });

  it('opens in another place', () => {
    const copy = join(folder, 'copy.db');
    copyFileSync(path, copy);
    expect(inspectDatabaseFile(copy)).toEqual({ kind: 'intact' });
  });

  it.each(Object.entries(DAMAGE))('is refused after %s', (_what, damage) => {
    change(path, damage);
    const before = readFileSync(path);
    const error = openError();
    expect(error).toMatchObject({ kind: 'needsUser', task: `open the test database ${path}` });
    expect(error.reason).toMatch(/^it is damaged \(/);
    expect(error.tryNext[0]).toBe(`move ${path} away: the next run makes a new one, and its texts are lost`);
    expect(error.message + error.tryNext.join()).not.toMatch(/--(?!state-dir)/);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('is new after the damaged file was moved away', () => {
    change(path, () => Buffer.from('damaged'.repeat(100)));
    openError();
    rmSync(path);
    expect(countTexts()).toBe(0);
  });
});

describe('a database without a seal', () => {
  beforeEach(breakSeal);

  it('opens, and has one afterwards', () => {
    expect(inspectDatabaseFile(path)).toEqual({ kind: 'unproven' });
    expect([countTexts(), inspectDatabaseFile(path)]).toEqual([300, { kind: 'intact' }]);
  });

  it('is refused if a text is not UTF-8, at which libsql would end the process', () => {
    change(path, (bytes) => {
      // In the table and in its index.
      for (let at = bytes.indexOf('text 250 é'); at !== -1; at = bytes.indexOf('text 250 é', at))
        bytes.writeUInt8(0xff, at + 9);
      return bytes;
    });
    expect(openError().reason).toBe('it is damaged (a text in the table texts is not UTF-8)');
  });

  it.each(Array.from({ length: 12 }, (_, seed) => seed))(
    'never crashes or hangs, and fails only with this error: random damage %d',
    (seed) => {
      const next = random(seed + 1);
      change(path, (bytes) => {
        for (let count = 0; count < 12; count += 1) bytes.writeUInt8(next() & 0xff, next() % bytes.length);
        return bytes;
      });
      try {
        expect(countTexts()).toBeGreaterThan(-1);
      } catch (error) {
        expect(error).toMatchObject({ name: 'RelayPhoneError', kind: 'needsUser' });
      }
    },
  );
});

describe('the log of a killed process', () => {
  let log: string;
  beforeEach(async () => {
    log = `${path}-wal`;
    const killed = openDatabase(path, SCHEMA);
    for (let turn = 0; turn < 5; turn += 1) await fill(killed, 40);
    // The files as a kill would leave them: the process still has them open.
    for (const file of [path, log]) copyFileSync(file, join(folder, `left${file.slice(path.length)}`));
    killed.close();
    copyFileSync(join(folder, 'left'), path);
    copyFileSync(join(folder, 'left-wal'), log);
  });

  it('is read again: nothing that was kept is lost', () => {
    expect([countTexts(), existsSync(log)]).toEqual([500, false]);
  });

  it('may end in the middle of a write', () => {
    appendFileSync(log, readFileSync(log).subarray(32, 32 + 24 + 100));
    expect(countTexts()).toBe(500);
    expect(inspectDatabaseFile(path)).toEqual({ kind: 'intact' });
  });

  it('may end with a write of which only the beginning is there', () => {
    truncateSync(log, statSync(log).size - 100);
    expect(countTexts()).toBeGreaterThanOrEqual(460);
  });

  it.each([
    [
      'a flipped bit in its first page',
      (bytes: Buffer) => void bytes.writeUInt8(bytes.readUInt8(500) ^ 1, 500),
    ],
    [
      'a flipped bit in the head of a page',
      (bytes: Buffer) => void bytes.writeUInt8(bytes.readUInt8(33) ^ 1, 33),
    ],
    ['a flipped bit in its own head', (bytes: Buffer) => void bytes.writeUInt8(bytes.readUInt8(9) ^ 1, 9)],
    ['zeros at its start', (bytes: Buffer) => bytes.fill(0, 0, 64)],
    ['random bytes', (bytes: Buffer) => bytes.map((byte, at) => (byte * 7 + at) & 0xff) as Buffer],
  ])('is not dropped in silence after %s: that would lose what was kept', (_what, damage) => {
    change(log, damage);
    const error = openError();
    expect(error.reason).toMatch(/log is damaged|start of its log/);
    expect(error.tryNext[0]).toContain(`move ${path} and ${log} away`);
    expect(existsSync(log)).toBe(true);
  });
});

it.runIf(process.platform !== 'win32')(
  'a database and its log are readable by their owner only',
  async () => {
    rmSync(path);
    writeFileSync(path, '', { mode: 0o644 });
    const store = openDatabase(path, SCHEMA);
    await fill(store, 1);
    const modes = [path, `${path}-wal`].map((file) => statSync(file).mode & 0o777);
    store.close();
    expect([...modes, statSync(path).mode & 0o777]).toEqual([0o600, 0o600, 0o600]);
  },
);
