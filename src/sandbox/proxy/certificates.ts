// Makes certificates: an authority that can vouch for twilio.com alone, and short-lived ones of it for Twilio's hosts.
import 'reflect-metadata';
import { KeyObject, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/** A certificate and its key, PEM. */
export interface Certified {
  readonly certificate: string;
  readonly key: string;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY = 86_400_000;
const AUTHORITY_DAYS = 730;
/** Days that a certificate of the authority is good for. */
const LEAF_DAYS = 2;
/** A clock that is somewhat behind, as in a container, takes them too. */
const SLACK = DAY / 24;

/**
 * The names an authority may vouch for: twilio.com and all below it, and no IP address. A program that trusts it, or a
 * thief of its key, can do nothing else with it. DER of https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.10
 */
const TWILIO_ONLY = Buffer.concat([
  Buffer.from('3042a00e300c820a', 'hex'),
  Buffer.from('twilio.com'),
  Buffer.from(`a130300a8708${'00'.repeat(8)}30228720${'00'.repeat(32)}`, 'hex'),
]);
const NAME_CONSTRAINTS = '2.5.29.30';

x509.cryptoProvider.set(webcrypto);

/** Makes an authority that is good for two years. @param now milliseconds since 1970 */
export async function createCertificateAuthority(now: number): Promise<Certified> {
  const keys = await makeKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...termsOf(now, AUTHORITY_DAYS),
    name: 'CN=relay-phone sandbox (twilio.com on this machine only)',
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      new x509.Extension(NAME_CONSTRAINTS, true, TWILIO_ONLY),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return certify(certificate, keys.privateKey);
}

/** Makes a certificate for `hosts` that is good for two days. */
export async function issueCertificate(
  authority: Certified,
  hosts: readonly string[],
  now: number,
): Promise<Certified> {
  const issuer = new x509.X509Certificate(authority.certificate);
  const keys = await makeKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    ...termsOf(now, LEAF_DAYS),
    subject: 'CN=relay-phone sandbox',
    issuer: issuer.subject,
    publicKey: keys.publicKey,
    signingKey: await importKey(authority.key),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(hosts.map((value) => ({ type: 'dns', value }))),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return certify(certificate, keys.privateKey);
}

function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

function termsOf(now: number, days: number) {
  return {
    serialNumber: `00${randomBytes(16).toString('hex')}`,
    notBefore: new Date(now - SLACK),
    notAfter: new Date(now + days * DAY),
  };
}

function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  return webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(pem), ALGORITHM, false, ['sign']);
}

function certify(certificate: x509.X509Certificate, key: webcrypto.CryptoKey): Certified {
  const pem = KeyObject.from(key).export({ type: 'pkcs8', format: 'pem' });
  return { certificate: new X509Certificate(certificate.toString('pem')).toString(), key: pem.toString() };
}
