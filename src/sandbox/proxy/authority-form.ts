// The form of our own authority's certificate, and the check that a stored one has this form.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { MEDIA_HOST } from '../platform/twilio-hosts.js';

/** The subject, and the issuer, of the authority. */
export const AUTHORITY_NAME = 'CN=relay-phone sandbox (twilio.com on this machine only)';
/** How long an authority is valid, days. */
export const AUTHORITY_DAYS = 730;

/**
 * The name constraint of the authority: twilio.com and its subdomains, the host of media files, and no IP address. It
 * protects programs that trust the authority if its key is stolen. DER of
 * https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.10
 */
export const TWILIO_ONLY = Buffer.concat([
  Buffer.from('3057a023', 'hex'),
  Buffer.from('300c820a', 'hex'),
  Buffer.from('twilio.com'),
  Buffer.from('30138211', 'hex'),
  Buffer.from(MEDIA_HOST),
  Buffer.from(`a130300a8708${'00'.repeat(8)}30228720${'00'.repeat(32)}`, 'hex'),
]);

/** Each extension of the authority: its id, as DER, and its content. The last one is a digest of the key. */
const EXTENSIONS: Readonly<Record<string, string | undefined>> = {
  // Basic constraints, critical: an authority that issues no other authority.
  '551d13': 'critical 30060101ff020100',
  // Key usage, critical: signs certificates.
  '551d0f': 'critical 03020204',
  // Name constraints, critical.
  '551d1e': `critical ${TWILIO_ONLY.toString('hex')}`,
  // Subject key identifier.
  '551d0e': undefined,
};

const DAY_MS = 86_400_000;

/**
 * True if an authority is one that we make: signed by itself, limited to Twilio's hosts, valid now and for two years at most,
 * with its own key. Any other would be trusted for hosts that are not Twilio's.
 *
 * @param now milliseconds since 1970
 * @throws Error of Node.js if the certificate or the key is malformed
 */
export function isOurAuthority(
  pem: { readonly certificate: string; readonly key: string },
  now: number,
): boolean {
  const certificate = new X509Certificate(pem.certificate);
  const [from, to] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
  return (
    certificate.subject === AUTHORITY_NAME &&
    certificate.issuer === AUTHORITY_NAME &&
    certificate.verify(certificate.publicKey) &&
    certificate.checkPrivateKey(createPrivateKey(pem.key)) &&
    from <= now &&
    to > now &&
    to - from <= (AUTHORITY_DAYS + 1) * DAY_MS &&
    hasOurExtensions(readExtensions(certificate.raw))
  );
}

function hasOurExtensions(found: ReadonlyMap<string, string>): boolean {
  const isOurs = ([id, content]: [string, string]) =>
    id in EXTENSIONS && [content, undefined].includes(EXTENSIONS[id]);
  return found.size === Object.keys(EXTENSIONS).length && [...found].every(isOurs);
}

/** Reads the extensions of a certificate (https://www.rfc-editor.org/rfc/rfc5280#section-4.1): content by id, both hex. */
function readExtensions(raw: Buffer): Map<string, string> {
  const [certificate] = readDer(raw);
  const [signed] = readDer(certificate?.content ?? NOTHING);
  const tagged = readDer(signed?.content ?? NOTHING).find(({ tag }) => tag === 0xa3);
  const [list] = readDer(tagged?.content ?? NOTHING);
  return new Map(
    readDer(list?.content ?? NOTHING).map(({ content }) => {
      const parts = readDer(content);
      const value = parts.at(-1)?.content.toString('hex') ?? '';
      return [parts[0]?.content.toString('hex') ?? '', parts.length > 2 ? `critical ${value}` : value];
    }),
  );
}

const NOTHING = Buffer.alloc(0);

/** Splits DER into its values. Lengths beyond the end are cut, so that nothing is read twice. */
function readDer(der: Buffer): { readonly tag: number; readonly content: Buffer }[] {
  const values = [];
  for (let at = 0; at + 1 < der.length; ) {
    const [tag = 0, first = 0] = der.subarray(at);
    const bytes = first < 0x80 ? 0 : first & 0x7f;
    const start = at + 2 + bytes;
    const length = bytes === 0 ? first : Number.parseInt(der.toString('hex', at + 2, start) || '0', 16);
    values.push({ tag, content: der.subarray(start, start + length) });
    at = start + length;
  }
  return values;
}
