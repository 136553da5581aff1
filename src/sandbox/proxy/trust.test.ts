// Writes the trust files of programs.
import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { isWindows, NO_POSIX } from '../../../test/support/skips.js';
import { openStateFolder, type StateFolder } from '../../state/folder.js';
import { createCertificateAuthority } from './certificates.js';
import { formatTrustStore, PEM } from './java.js';
import { writeTrust } from './trust.js';

const url = 'http://relay-phone:a-token@127.0.0.1:4021';
const hasJava = spawnSync('keytool', ['-help']).status === 0;

let path: string;
let folder: StateFolder;
let authority: string;

beforeEach(async () => {
  path = mkdtempSync(join(tmpdir(), 'relay-phone-trust-'));
  folder = openStateFolder(path);
  ({ certificate: authority } = await createCertificateAuthority(Date.now()));
  return () => rmSync(path, { recursive: true, force: true });
});

describe('the trust files of a program', () => {
  it('contain the authority, the system’s roots and the user’s own, each once', async () => {
    const [one, other, third] = await Promise.all(
      [1, 2, 3].map(() => createCertificateAuthority(Date.now())),
    );
    writeFileSync(join(path, 'own.pem'), `# ours\n${one?.certificate}${one?.certificate}`);
    mkdirSync(join(path, 'folder'));
    writeFileSync(join(path, 'folder', 'a.crt'), other?.certificate ?? '');
    writeFileSync(join(path, 'extra.pem'), third?.certificate.replaceAll('\n', '\r\n') ?? '');
    const environment = {
      REQUESTS_CA_BUNDLE: join(path, 'own.pem'),
      SSL_CERT_FILE: join(path, 'folder'),
      NODE_EXTRA_CA_CERTS: join(path, 'extra.pem'),
      CURL_CA_BUNDLE: join(path, 'not-there.pem'),
    };
    const texts = read(writeTrust(folder, { authority, url, environment }).bundle);
    for (const one of [authority, other?.certificate, third?.certificate])
      expect(texts).toContain(one?.trim());
    expect(new Set(texts).size).toBe(texts.length);
    // Every system has more than fifty roots.
    expect(texts.length).toBeGreaterThan(50);
    for (const pem of texts) expect(new X509Certificate(pem).subject).toBeTruthy();
  });

  it('are reused for the same content, and new for other content', () => {
    const first = writeTrust(folder, { authority, url, environment: {} });
    expect(writeTrust(folder, { authority, url, environment: { SSL_CERT_FILE: first.bundle } })).toEqual(
      first,
    );
    writeFileSync(join(path, 'own.pem'), authority.replace('MII', 'MIJ'));
    const environment = { SSL_CERT_FILE: join(path, 'own.pem') };
    expect(writeTrust(folder, { authority, url, environment }).bundle).not.toBe(first.bundle);
  });

  it('are written anew if somebody changed them', () => {
    const options = { authority, url, environment: {} };
    const { bundle, javaStore, javaSecrets, phpFolder } = writeTrust(folder, options);
    const files = [bundle, javaStore, javaSecrets, join(phpFolder, 'relay-phone.ini')];
    const before = files.map((file) => readFileSync(file));
    for (const file of files) writeFileSync(file, 'planted');
    writeTrust(folder, options);
    expect(files.map((file) => readFileSync(file))).toEqual(before);
  });

  it('are written anew if somebody added a certificate to the store of Java', async () => {
    const options = { authority, url, environment: {} };
    const { bundle, javaStore } = writeTrust(folder, options);
    const before = readFileSync(javaStore);
    const { certificate } = await createCertificateAuthority(Date.now());
    writeFileSync(javaStore, formatTrustStore(readFileSync(bundle, 'utf8') + certificate));
    writeTrust(folder, options);
    expect(readFileSync(javaStore)).toEqual(before);
    writeFileSync(javaStore, before.subarray(0, -100));
    writeTrust(folder, options);
    expect(readFileSync(javaStore)).toEqual(before);
  });

  it('keep the token readable by the owner only', ({ skip }) => {
    skip(isWindows, NO_POSIX);
    const { javaSecrets } = writeTrust(folder, { authority, url, environment: {} });
    expect(readFileSync(javaSecrets, 'utf8')).toContain('-Dhttps.proxyPassword=a-token');
    expect(statSync(javaSecrets).mode & 0o777).toBe(0o600);
    expect(readFileSync(javaSecrets, 'utf8')).toContain('-Dhttp.nonProxyHosts=');
  });

  it('include a store with all certificates that Java can read', ({ skip }) => {
    skip(!hasJava, 'there is no keytool of a JDK');
    const { bundle, javaStore } = writeTrust(folder, { authority, url, environment: {} });
    const args = ['-list', '-keystore', javaStore, '-storepass', 'changeit'];
    const { stdout } = spawnSync('keytool', args, { encoding: 'utf8' });
    expect(stdout).toContain(`contains ${read(bundle).length} entries`);
  });
});

function read(bundle: string): string[] {
  return readFileSync(bundle, 'utf8').match(PEM) ?? [];
}
