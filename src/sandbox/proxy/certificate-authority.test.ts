// Checks certificates with Node.js's own TLS and OpenSSL: their hosts, their validity, their storage.
import { KeyObject, webcrypto, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type SecureContext, type TLSSocket } from 'node:tls';
import * as x509 from '@peculiar/x509';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { DEADLINE } from '../../../test/support/deadline.js';
import { isWindows, NO_POSIX } from '../../../test/support/skips.js';
import { openStateFolder, type StateFolder } from '../../state/folder.js';
import { AUTHORITY_NAME, TWILIO_ONLY } from './authority-form.js';
import { openCertificateAuthority } from './certificate-authority.js';
import { createCertificateAuthority, issueCertificate } from './certificates.js';

const DAY = 86_400_000;
const WAITING = { command: 'exec', timeoutMs: DEADLINE };

let folder: StateFolder;
let now: number;
const open = () => openCertificateAuthority(folder, () => now, WAITING);

beforeEach(() => {
  const path = mkdtempSync(join(tmpdir(), 'relay-phone-authority-'));
  folder = openStateFolder(path);
  now = Date.now();
  return () => rmSync(path, { recursive: true, force: true });
});

describe('the certificate authority', () => {
  it.each(['api.twilio.com', 'twilio.com', 'api.dublin.ie1.twilio.com', 'mms.twiliocdn.com'])(
    'issues a trusted certificate for %s',
    async (host) => {
      const authority = await open();
      expect(await shakeHands(await authority.contextFor(host), host, authority.certificate)).toBe('trusted');
    },
  );

  it('is trusted only for hosts of Twilio, even by misuse of its key', async () => {
    const pair = await createCertificateAuthority(now);
    for (const host of [
      'relay.firefox.com',
      'twilio.com.example.com',
      'eviltwilio.com',
      'media.twiliocdn.com',
    ]) {
      const { certificate, key } = await issueCertificate(pair, [host], now);
      const trust = shakeHands({ cert: certificate + pair.certificate, key }, host, pair.certificate);
      // Node.js's code for OpenSSL's "permitted subtree violation"; a wrong name would be ERR_TLS_CERT_ALTNAME_INVALID.
      expect(await trust).toBe('UNSPECIFIED');
    }
  });

  it('stores its keys readable by the owner only', async ({ skip }) => {
    skip(isWindows, NO_POSIX);
    await (await open()).contextFor('api.twilio.com');
    for (const file of ['twilio-ca.pem', 'twilio-leaf.pem'])
      expect(statSync(folder.file(file)).mode & 0o777).toBe(0o600);
  });

  it('is created once, and its certificate too, however many open it at the same time', async () => {
    const all = await Promise.all([open(), open(), open()]);
    expect(new Set(all.map(({ certificate }) => certificate)).size).toBe(1);
    await all[0]?.contextFor('api.twilio.com');
    const first = readFileSync(folder.file('twilio-leaf.pem'), 'utf8');
    await (await open()).contextFor('lookups.twilio.com');
    expect(readFileSync(folder.file('twilio-leaf.pem'), 'utf8')).toBe(first);
  });

  it('replaces a certificate before it expires, also in a running process', async () => {
    const authority = await open();
    const first = await authority.contextFor('api.twilio.com');
    expect(endOf('twilio-leaf.pem')).toBeLessThan(now + 3 * DAY);
    now += 1.5 * DAY;
    expect(await authority.contextFor('api.twilio.com')).not.toBe(first);
    expect(endOf('twilio-leaf.pem')).toBeGreaterThan(now + DAY);
  });

  it('is replaced in its last month, with its certificates', async () => {
    const first = await open();
    await first.contextFor('api.twilio.com');
    now += 710 * DAY;
    const second = await open();
    expect(second.certificate).not.toBe(first.certificate);
    const leaf = () => new X509Certificate(readFileSync(folder.file('twilio-leaf.pem')));
    await second.contextFor('api.twilio.com');
    expect(leaf().verify(new X509Certificate(second.certificate).publicKey)).toBe(true);
  });
});

describe('a planted certificate authority', () => {
  /** Creates an authority as ours, except for what `options` change. */
  async function forge(
    change: (options: x509.X509CertificateCreateSelfSignedParams) => object,
    signer?: webcrypto.CryptoKeyPair,
  ): Promise<string> {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const extensions = [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      new x509.Extension('2.5.29.30', true, TWILIO_ONLY),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ];
    const usual = {
      serialNumber: '01',
      notBefore: new Date(now - 1000),
      notAfter: new Date(now + 700 * DAY),
      name: AUTHORITY_NAME,
      keys,
      signingAlgorithm: algorithm,
      extensions,
    };
    const changed = { ...usual, ...change(usual) };
    const certificate = signer
      ? await x509.X509CertificateGenerator.create({
          ...changed,
          subject: changed.name,
          issuer: changed.name,
          publicKey: keys.publicKey,
          signingKey: signer.privateKey,
        })
      : await x509.X509CertificateGenerator.createSelfSigned(changed);
    const key = KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' });
    return `${new X509Certificate(certificate.toString('pem'))}${key}`;
  }

  async function isKept(pem: string): Promise<boolean> {
    writeFileSync(folder.file('twilio-ca.pem'), pem);
    return pem.startsWith((await open()).certificate);
  }

  it('is kept only if it is exactly like ours', async () => {
    expect(await isKept(await forge(() => ({})))).toBe(true);
  });

  it.each<[what: string, change: (options: x509.X509CertificateCreateSelfSignedParams) => object]>([
    ['without a name constraint', ({ extensions = [] }) => ({ extensions: extensions.toSpliced(2, 1) })],
    [
      'for another domain too',
      ({ extensions = [] }) => {
        const wide = Buffer.from(
          TWILIO_ONLY.toString('latin1').replace('twilio.com', 'google.com'),
          'latin1',
        );
        return { extensions: extensions.with(2, new x509.Extension('2.5.29.30', true, wide)) };
      },
    ],
    [
      'with a name constraint that programs may ignore',
      ({ extensions = [] }) => ({
        extensions: extensions.with(2, new x509.Extension('2.5.29.30', false, TWILIO_ONLY)),
      }),
    ],
    [
      'with the bytes of our name constraint in another extension',
      ({ extensions = [] }) => ({
        extensions: extensions.with(2, new x509.Extension('1.2.3.4', true, TWILIO_ONLY)),
      }),
    ],
    [
      'that issues other authorities',
      ({ extensions = [] }) => ({
        extensions: extensions.with(0, new x509.BasicConstraintsExtension(true, 3, true)),
      }),
    ],
    ['with another name', () => ({ name: 'CN=Trust me' })],
    ['from a clock in the future', () => ({ notBefore: new Date(now + DAY) })],
    ['that is valid for a hundred years', () => ({ notAfter: new Date(now + 36_500 * DAY) })],
  ])('is made anew: one %s', async (_what, change) => {
    expect(await isKept(await forge(change))).toBe(false);
  });

  it('is made anew if another key signed it, if its key is not its own, or if it is malformed', async () => {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
    const signer = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    expect(await isKept(await forge(() => ({}), signer))).toBe(false);
    const [one, other] = [await forge(() => ({})), await forge(() => ({}))];
    const end = /(?<=-----END CERTIFICATE-----\n)/;
    expect(await isKept(`${one.split(end)[0]}${other.split(end)[1]}`)).toBe(false);
    expect(await isKept(one.replace(/^MII./m, 'AAAA'))).toBe(false);
  });

  it('does not lend its name to a certificate for Twilio’s hosts', async () => {
    const authority = await open();
    await authority.contextFor('api.twilio.com');
    const [leaf, other] = [readFileSync(folder.file('twilio-leaf.pem'), 'utf8'), await forge(() => ({}))];
    writeFileSync(folder.file('twilio-leaf.pem'), other);
    await (await open()).contextFor('api.twilio.com');
    const made = readFileSync(folder.file('twilio-leaf.pem'), 'utf8');
    expect([leaf, other]).not.toContain(made);
    expect(new X509Certificate(made).verify(new X509Certificate(authority.certificate).publicKey)).toBe(true);
  });

  it('is made anew after a clock that was a year ahead, and programs trust it', async () => {
    now += 365 * DAY;
    const first = await open();
    await first.contextFor('api.twilio.com');
    now -= 365 * DAY;
    const authority = await open();
    expect(authority.certificate).not.toBe(first.certificate);
    const context = await authority.contextFor('api.twilio.com');
    expect(await shakeHands(context, 'api.twilio.com', authority.certificate)).toBe('trusted');
  });
});

function endOf(file: string): number {
  return Date.parse(new X509Certificate(readFileSync(folder.file(file))).validTo);
}

/** Returns `trusted`, or the error of a client that trusts only `ca`. */
async function shakeHands(
  server: SecureContext | { readonly cert: string; readonly key: string },
  host: string,
  ca: string,
): Promise<string> {
  const context = 'cert' in server ? server : { SNICallback: offer(server) };
  const listening = createServer(context, (socket) => socket.end()).listen(0, '127.0.0.1');
  listening.on('tlsClientError', () => undefined);
  onTestFinished(() => void listening.close());
  await once(listening, 'listening');
  const { port } = listening.address() as { port: number };
  const client: TLSSocket = connect({
    host: '127.0.0.1',
    port,
    servername: host,
    ca,
    rejectUnauthorized: false,
  });
  await once(client, 'secureConnect');
  client.destroy();
  return client.authorized ? 'trusted' : String(client.authorizationError);
}

function offer(context: SecureContext) {
  return (_host: string, done: (error: null, context: SecureContext) => void) => done(null, context);
}
