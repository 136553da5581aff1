// Tests the sources of ngrok's authtoken and domain, their precedence, and the errors if a value is missing or invalid.
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

function sources(more: Partial<NgrokSettingSources> = {}): NgrokSettingSources {
  const yml = readNgrokYmlFiles({ platform: 'linux', environment: {}, home });
  return { environment: {}, envFile: undefined, yml, ...more };
}

const envFile = (name: string, value: string) => ({ path: '/app/.env', values: new Map([[name, value]]) });

describe('listNgrokYmlPaths', () => {
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
  ] as const)(
    'lists the files of both agent versions on %s with %j',
    (platform, environment, home, ...paths) => {
      expect(listNgrokYmlPaths({ platform, environment, home })).toEqual(paths);
    },
  );

  it.each([
    ['linux', {}, []],
    ['linux', { XDG_CONFIG_HOME: '/x' }, ['/x/ngrok/ngrok.yml']],
    ['darwin', {}, []],
    ['win32', {}, []],
  ] as const)('are few for a user of %s without a home folder (%o)', (platform, environment, paths) => {
    expect(listNgrokYmlPaths({ platform, environment, home: undefined })).toEqual(paths);
  });
});

describe('the authtoken', () => {
  it('comes from flag, environment, .env, ngrok.yml or legacy ngrok.yml, in this order, with its source', () => {
    const legacy = write('.ngrok2/ngrok.yml', 'authtoken: legacy');
    expect(verifyAuthtoken(undefined, sources())).toEqual({ value: 'legacy', source: legacy });
    const yml = write('.config/ngrok/ngrok.yml', 'version: 3\nagent:\n  authtoken: today\n');
    expect(verifyAuthtoken(undefined, sources())).toEqual({ value: 'today', source: yml });
    const env = envFile('NGROK_AUTHTOKEN', 'file');
    expect(verifyAuthtoken(undefined, sources({ envFile: env }))).toEqual({
      value: 'file',
      source: 'NGROK_AUTHTOKEN in /app/.env',
    });
    const both = sources({ envFile: env, environment: { NGROK_AUTHTOKEN: ' shell ' } });
    expect(verifyAuthtoken(undefined, both)).toEqual({
      value: 'shell',
      source: 'NGROK_AUTHTOKEN in the environment',
    });
    const flag = { value: 'flag\n', source: '--authtoken-file token.txt' };
    expect(verifyAuthtoken(flag, both)).toEqual({ ...flag, value: 'flag' });
  });

  it('comes from the next source if one has an empty value', () => {
    const yml = write('.config/ngrok/ngrok.yml', 'authtoken: today');
    const found = verifyAuthtoken(
      undefined,
      sources({ environment: { NGROK_AUTHTOKEN: '' }, envFile: envFile('NGROK_AUTHTOKEN', '  ') }),
    );
    expect(found.source).toBe(yml);
  });

  it('is reported as missing if no source has one', () => {
    expect(() => verifyAuthtoken(undefined, sources())).toThrow(
      "Failed to find ngrok's authtoken: it is not in the environment.",
    );
  });

  it('is not taken from the api_key of ngrok.yml', () => {
    const path = write('.config/ngrok/ngrok.yml', 'version: 3\nagent:\n  api_key: secret\n');
    expect(() => verifyAuthtoken(undefined, sources())).toThrow(`${path} contains an api_key`);
  });

  it.each([`ngrok config add-authtoken ${TOKEN}`, `"${TOKEN}"`, `NGROK_AUTHTOKEN=${TOKEN}`, `${TOKEN}é`])(
    'is refused, and not shown, if other text surrounds it: %#',
    (value) => {
      let message = '';
      try {
        verifyAuthtoken(undefined, sources({ environment: { NGROK_AUTHTOKEN: value } }));
      } catch (error) {
        message = JSON.stringify(error) + String(error);
      }
      expect(message).toContain('NGROK_AUTHTOKEN in the environment contains more than an authtoken');
      expect(message).not.toContain(TOKEN);
    },
  );

  it('that only a secret manager knows is named with the file and the command that resolves it', () => {
    const env = envFile('NGROK_AUTHTOKEN', 'op://Dev/ngrok/token');
    expect(() => verifyAuthtoken(undefined, sources({ envFile: env }))).toThrow(
      expect.objectContaining({
        kind: 'needsUser',
        reason: 'NGROK_AUTHTOKEN in /app/.env is a reference to 1Password (op://…)',
        tryNext: ['op run --env-file=/app/.env -- relay-phone tunnel'],
      }),
    );
  });
});

describe('an ngrok.yml that exists', () => {
  it.each([
    ['is broken', `authtoken: "${TOKEN}`, 'broken YAML: line 1'],
    ['is huge', `# ${'x'.repeat(300_000)}\nauthtoken: ${TOKEN}`, 'it is 293 KB long'],
    ['is nested deeply', `authtoken: ${TOKEN}\nx: ${'['.repeat(50_000)}`, 'broken YAML'],
  ])('and %s causes an error only if no earlier source has the authtoken', (_why, text, reason) => {
    const path = write('.config/ngrok/ngrok.yml', text);
    expect(() => verifyAuthtoken(undefined, sources())).toThrow(
      expect.objectContaining({ kind: 'needsUser', message: expect.stringContaining(`read ${path}: `) }),
    );
    expect(sources().yml.faults[0]?.message).toContain(reason);
    expect(JSON.stringify(sources().yml.faults) + sources().yml.faults[0]?.cause).not.toContain(TOKEN);
    const environment = { NGROK_AUTHTOKEN: 'shell' };
    expect(verifyAuthtoken(undefined, sources({ environment })).value).toBe('shell');
  });

  it('but is a folder or a pipe is not opened', () => {
    mkdirSync(join(home, '.config/ngrok/ngrok.yml'), { recursive: true });
    mkdirSync(join(home, '.ngrok2'));
    execFileSync('sh', ['-c', 'mkfifo "$0"', join(home, '.ngrok2/ngrok.yml')]);
    expect(sources().yml.faults.map(({ reason }) => reason)).toEqual([
      'it cannot be used (it is not a file)',
      'it cannot be used (it is not a file)',
    ]);
  });
});

describe('the domain', () => {
  it.each(['mine.ngrok.app', ' https://mine.ngrok.app/ ', 'HTTP://Mine.ngrok.app//'])(
    'may be given as a URL: %j',
    (value) => {
      expect(findDomain({ value, source: '--domain' }, sources())).toEqual({
        value: 'mine.ngrok.app',
        source: '--domain',
      });
    },
  );

  it('comes from flag, .env or ngrok.yml, in this order; otherwise it is undefined', () => {
    expect(findDomain(undefined, sources())).toBeUndefined();
    const path = write('.config/ngrok/ngrok.yml', 'tunnels:\n  relay:\n    domain: yml.ngrok.app\n');
    expect(findDomain(undefined, sources())).toEqual({ value: 'yml.ngrok.app', source: path });
    const env = sources({ envFile: envFile('NGROK_DOMAIN', 'env.ngrok.app') });
    expect(findDomain(undefined, env)).toEqual({
      value: 'env.ngrok.app',
      source: 'NGROK_DOMAIN in /app/.env',
    });
    expect(findDomain({ value: 'f.ngrok.app', source: '--domain' }, env)?.value).toBe('f.ngrok.app');
  });

  it.each(['mine', 'mine.ngrok.app/x', 'a b.ngrok.app', '*.ngrok.app', 'my_name.ngrok.app', TOKEN])(
    'is refused if it is not a host name: %s',
    (value) => {
      const find = () => findDomain({ value, source: '--domain' }, sources());
      expect(find).toThrow(/\(from --domain\) is not a host name/);
      expect(find).not.toThrow(value === TOKEN ? TOKEN.toLowerCase() : 'never');
    },
  );
});
