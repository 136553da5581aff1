// Hides secrets in what is shown of exchanges: known values, passwords in URLs, and fields that hold credentials.
import { HIDDEN } from '../../exchanges/headers.js';

/** Hides secrets. */
export interface SecretMask {
  text(text: string): string;
  /** A body; bytes that are not text stay as they are. */
  body(body: string | Buffer): Buffer;
  /** All texts in a JSON document. */
  document<Document>(document: Document): Document;
}

/** Names of fields with credentials, such as `auth_token`, `AuthToken`, `secret`, `client_secret`, `password`. */
const FIELD = /^[A-Za-z_-]{0,40}(?:auth_?token|secret|password)$/i;

/** Each rule hides what stands between its first group and its second. */
const RULES: readonly RegExp[] = [
  // The user and password of a URL, also in JSON with `\/`.
  /(:\\?\/\\?\/)[^/?#\s"<>\\]*(@)/g,
  // The same in a form or a query, encoded once or more.
  /(%(?:25)*3A(?:\/|%(?:25)*2F){2})(?:[^%&\s"'<>/?#]|%(?!(?:25)*(?:2F|3F|23)))*(@|%(?:25)*40)/gi,
  // JSON, and JSON in a text of JSON. A body that was cut may end in the value.
  /("[A-Za-z_-]{0,40}(?:auth_?token|secret|password)"\s*:\s*")(?:[^"\\]|\\[\s\S])*("|\\?$)/gi,
  /(\\"[A-Za-z_-]{0,40}(?:auth_?token|secret|password)\\"\s*:\s*\\")[^"\\]*()/gi,
  // XML.
  /(<[A-Za-z_-]{0,40}(?:auth_?token|secret|password)(?:\s[^<>]*)?>)[^<]*()/gi,
  // A form or a query, as it is and encoded.
  /((?:^|[?&"'\s])[A-Za-z_-]{0,40}(?:auth_?token|secret|password)=)[^&\s"'<>#]*()/gi,
  /((?:^|[?&]|%(?:25)*(?:3F|26))[A-Za-z_-]{0,40}(?:auth_?token|secret|password)%(?:25)*3D)(?:[^%&\s"'<>#]|%(?!(?:25)*(?:26|23)))*()/gi,
];

/** What a text that any rule matches has. Most texts, such as SIDs and numbers, have none of it. */
const MAY_MATCH = /[@%"<=]/;

/**
 * Creates a mask.
 *
 * @param secrets values that are hidden wherever they occur, also as a form, a URL, JSON or XML writes them
 */
export function createSecretMask(secrets: readonly string[]): SecretMask {
  const spellings = [...new Set(secrets.flatMap(listSpellings))].filter((one) => one !== '');
  // A longer one may contain a shorter one.
  spellings.sort((one, other) => other.length - one.length);

  function maskText(text: string): string {
    const masked = spellings.reduce((rest, one) => rest.replaceAll(one, HIDDEN), text);
    return MAY_MATCH.test(masked) ? applyRules(masked) : masked;
  }

  function maskDocument(value: unknown, name: string): unknown {
    if (typeof value === 'string') return value !== '' && FIELD.test(name) ? HIDDEN : maskText(value);
    if (Array.isArray(value)) return value.map((one) => maskDocument(one, name));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [maskText(key), maskDocument(one, key)]),
    );
  }

  return {
    text: maskText,
    body: (body) =>
      typeof body === 'string'
        ? Buffer.from(maskText(body))
        : Buffer.from(maskText(body.toString('latin1')), 'latin1'),
    document: (document) => maskDocument(document, '') as typeof document,
  };
}

function applyRules(text: string): string {
  return RULES.reduce((rest, rule) => rest.replace(rule, `$1${HIDDEN}$2`), text);
}

function listSpellings(secret: string): string[] {
  const escapedForXml = secret.replace(/[&<>"']/g, (sign) => XML_ENTITIES[sign] ?? sign);
  return [
    secret,
    encodeURIComponent(secret),
    String(new URLSearchParams([['', secret]])).slice(1),
    JSON.stringify(secret).slice(1, -1),
    escapedForXml,
    // As bytes that are read as Latin-1.
    Buffer.from(secret).toString('latin1'),
  ];
}

const XML_ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};
