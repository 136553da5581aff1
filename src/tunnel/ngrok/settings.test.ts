// Where the authtoken and the domain are found, which one counts, and what is said when there is none.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listNgrokYmlPaths, readNgrokYmlFiles } from '../ngrok-yml/ngrok-yml.js';
import { findDomain, type NgrokSettingSources, verifyAuthtoken } from './settings.js';

const TOKEN = '2abcDEFghiJKLmnoPQRstuVWXyz_3ABCdefGHIjklMNOpqrS';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'relay-phone-test-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const path = join(home, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

function places(more: Partial<NgrokSettingSources> = {}): NgrokSettingSources {
  const yml = readNgrokYmlFiles({ platform: 'linux', environment: {}, home });
  return { environment: {}, envFile: undefined, yml, ...more };
}

const envFile = (name: string, value: string) => ({ path: '/app/.env', values: new Map([[name, value]]) });

describe('the places of ngrok.yml', () => {
  it.each([
    ['linux', {}, '/home/you', '/home/you/.config/ngrok/ngrok.yml', '/home/you/.ngrok2/ngrok.yml'],
    ['linux', { XDG_CONFIG_HOME: '/x' }, '/home/you', '/x/ngrok/ngrok.yml', '/home/you/.ngrok2/ngrok.yml'],
    [
      'darwin',
      {},
      '/Users/you',
      '/Users/you/Library/Application Support/ngrok/ngrok.yml',
      '/Users/you/.ngrok2/ngrok.yml',
    ],
    ['win32', { LOCALAPPDATA: 'C:\\L' }, 'C:\\you', 'C:\\L\\ngrok\\ngrok.yml', 'C:\\you\\.ngrok2\\ngrok.yml'],
    ['win32', {}, 'C:\\you', 'C:\\you\\AppData\\Local\\ngrok\\ngrok.yml', 'C:\\you\\.ngrok2\\ngrok.yml'],
  ] as const)('on %s with %j', (platform, environment, home, ...paths) => {
    expect(listNgrokYmlPaths({ platform, environment, home })).toEqual(paths);
  });
});

describe('the authtoken', () => {
  it('is the first of flag, environment, .env, ngrok.yml, legacy ngrok.yml; and says which', () => {
    const legacy = write('.ngrok2/ngrok.yml', 'authtoken: legacy');
    expect(verifyAuthtoken(undefined, places())).toEqual({ value: 'legacy', source: legacy });
    const yml = write('.config/ngrok/ngrok.yml', 'version: 3\nagent:\n  authtoken: today\n');
    expect(verifyAuthtoken(undefined, places())).toEqual({ value: 'today', source: yml });
    const env = envFile('NGROK_AUTHTOKEN', 'file');
    expect(verifyAuthtoken(undefined, places({ envFile: env }))).toEqual({
      value: 'file',
      source: 'NGROK_AUTHTOKEN in /app/.env',
    });
    const both = places({ envFile: env, environment: { NGROK_AUTHTOKEN: ' shell ' } });
    expect(verifyAuthtoken(undefined, both)).toEqual({
      value: 'shell',
      source: 'NGROK_AUTHTOKEN in the environment',
    });
    const flag = { value: 'flag\n', source: '--authtoken-file token.txt' };
    expect(verifyAuthtoken(flag, both)).toEqual({ ...flag, value: 'flag' });
  });

  it('that is empty in one place is looked for in the next', () => {
    const yml = write('.config/ngrok/ngrok.yml', 'authtoken: today');
    const found = verifyAuthtoken(
      undefined,
      places({ environment: { NGROK_AUTHTOKEN: '' }, envFile: envFile('NGROK_AUTHTOKEN', '  ') }),
    );
    expect(found.source).toBe(yml);
  });

  it('that is missing everywhere is asked for', () => {
    expect(() => verifyAuthtoken(undefined, places())).toThrow(
      "Failed to find ngrok's authtoken: there is none in the environment.",
    );
  });

  it('is not the api_key', () => {
    const path = write('.config/ngrok/ngrok.yml', 'version: 3\nagent:\n  api_key: secret\n');
    expect(() => verifyAuthtoken(undefined, places())).toThrow(`${path} holds an api_key`);
  });

  it.each([`ngrok config add-authtoken ${TOKEN}`, `"${TOKEN}"`, `NGROK_AUTHTOKEN=${TOKEN}`, `${TOKEN}é`])(
    'is alone in its place, and is not shown when it is not: %#',
    (value) => {
      let message = '';
      try {
        verifyAuthtoken(undefined, places({ environment: { NGROK_AUTHTOKEN: value } }));
      } catch (error) {
        message = JSON.stringify(error) + String(error);
      }
      expect(message).toContain('NGROK_AUTHTOKEN in the environment holds more than a token');
      expect(message).not.toContain(TOKEN);
    },
  );
});

describe('an ngrok.yml that cannot be used', () => {
  it.each([
    ['is broken', `authtoken: "${TOKEN}`, 'broken YAML: line 1'],
    ['is huge', `# ${'x'.repeat(300_000)}\nauthtoken: ${TOKEN}`, 'it is 293 KB long'],
    ['is deep', `authtoken: ${TOKEN}\nx: ${'['.repeat(50_000)}`, 'broken YAML'],
  ])('because it %s is said when the authtoken is needed from it', (_why, text, reason) => {
    const path = write('.config/ngrok/ngrok.yml', text);
    expect(() => verifyAuthtoken(undefined, places())).toThrow(
      expect.objectContaining({ kind: 'needsUser', message: expect.stringContaining(`read ${path}: `) }),
    );
    expect(places().yml.faults[0]?.message).toContain(reason);
    expect(JSON.stringify(places().yml.faults) + places().yml.faults[0]?.cause).not.toContain(TOKEN);
    const environment = { NGROK_AUTHTOKEN: 'shell' };
    expect(verifyAuthtoken(undefined, places({ environment })).value).toBe('shell');
  });

  it('because it is a folder or a pipe is not waited for', () => {
    mkdirSync(join(home, '.config/ngrok/ngrok.yml'), { recursive: true });
    mkdirSync(join(home, '.ngrok2'));
    execFileSync('sh', ['-c', 'mkfifo "$0"', join(home, '.ngrok2/ngrok.yml')]);
    expect(places().yml.faults.map(({ reason }) => reason)).toEqual([
      'it cannot be used (it is not a file)',
      'it cannot be used (it is not a file)',
    ]);
  });
});

describe('the domain', () => {
  it.each(['mine.ngrok.app', ' https://mine.ngrok.app/ ', 'HTTP://Mine.ngrok.app//'])(
    'is a bare host however it was written: %j',
    (value) => {
      expect(findDomain({ value, source: '--domain' }, places())).toEqual({
        value: 'mine.ngrok.app',
        source: '--domain',
      });
    },
  );

  it('is the first of flag, .env, ngrok.yml; else the dev domain of the account', () => {
    expect(findDomain(undefined, places())).toBeUndefined();
    const path = write('.config/ngrok/ngrok.yml', 'tunnels:\n  relay:\n    domain: yml.ngrok.app\n');
    expect(findDomain(undefined, places())).toEqual({ value: 'yml.ngrok.app', source: path });
    const env = places({ envFile: envFile('NGROK_DOMAIN', 'env.ngrok.app') });
    expect(findDomain(undefined, env)).toEqual({
      value: 'env.ngrok.app',
      source: 'NGROK_DOMAIN in /app/.env',
    });
    expect(findDomain({ value: 'f.ngrok.app', source: '--domain' }, env)?.value).toBe('f.ngrok.app');
  });

  it.each(['mine', 'mine.ngrok.app/x', 'a b.ngrok.app', '*.ngrok.app', 'my_name.ngrok.app', TOKEN])(
    'is a host name: %s is none',
    (value) => {
      const find = () => findDomain({ value, source: '--domain' }, places());
      expect(find).toThrow(/\(from --domain\) is no host name/);
      expect(find).not.toThrow(value === TOKEN ? TOKEN.toLowerCase() : 'never');
    },
  );
});
