// Checks certificates with Node.js's own TLS and OpenSSL: their hosts, their validity, their storage.
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type SecureContext, type TLSSocket } from 'node:tls';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { DEADLINE } from '../../../test/support/deadline.js';
import { isWindows, NO_POSIX } from '../../../test/support/skips.js';
import { openStateFolder, type StateFolder } from '../../state/folder.js';
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
  it.each(['api.twilio.com', 'twilio.com', 'api.dublin.ie1.twilio.com'])(
    'issues a trusted certificate for %s',
    async (host) => {
      const authority = await open();
      expect(await shakeHands(await authority.contextFor(host), host, authority.certificate)).toBe('trusted');
    },
  );

  it('is trusted only for twilio.com, even by misuse of its key', async () => {
    const pair = await createCertificateAuthority(now);
    for (const host of ['relay.firefox.com', 'twilio.com.example.com', 'eviltwilio.com']) {
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
