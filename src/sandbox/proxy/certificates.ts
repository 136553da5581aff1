// Creates certificates: an authority limited to twilio.com, and short-lived ones for Twilio's hosts.
import 'reflect-metadata';
import { KeyObject, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { AUTHORITY_DAYS, AUTHORITY_NAME, TWILIO_ONLY } from './authority-form.js';

/** A certificate and its key, PEM. */
export interface CertifiedKey {
  readonly certificate: string;
  readonly key: string;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;
const LEAF_DAYS = 2;
/** Certificates are valid from an hour ago: clocks in containers may be behind. */
const CLOCK_SKEW_MS = DAY_MS / 24;

const NAME_CONSTRAINTS = '2.5.29.30';

x509.cryptoProvider.set(webcrypto);

/** Creates an authority that is valid for two years. @param now milliseconds since 1970 */
export async function createCertificateAuthority(now: number): Promise<CertifiedKey> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...validityOf(now, AUTHORITY_DAYS),
    name: AUTHORITY_NAME,
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      new x509.Extension(NAME_CONSTRAINTS, true, TWILIO_ONLY),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return exportPem(certificate, keys.privateKey);
}

/** Creates a certificate for `hosts` that is valid for two days. @param now milliseconds since 1970 */
export async function issueCertificate(
  authority: CertifiedKey,
  hosts: readonly string[],
  now: number,
): Promise<CertifiedKey> {
  const issuer = new x509.X509Certificate(authority.certificate);
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    ...validityOf(now, LEAF_DAYS),
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
  return exportPem(certificate, keys.privateKey);
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

function validityOf(now: number, days: number) {
  return {
    serialNumber: `00${randomBytes(16).toString('hex')}`,
    notBefore: new Date(now - CLOCK_SKEW_MS),
    notAfter: new Date(now + days * DAY_MS),
  };
}

function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  return webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(pem), ALGORITHM, false, ['sign']);
}

function exportPem(certificate: x509.X509Certificate, key: webcrypto.CryptoKey): CertifiedKey {
  const pem = KeyObject.from(key).export({ type: 'pkcs8', format: 'pem' });
  return { certificate: new X509Certificate(certificate.toString('pem')).toString(), key: pem.toString() };
}
