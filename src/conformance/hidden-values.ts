// Finds what belongs to the account in other spellings: encoded, or only a part of a secret.

/** What is known to belong to the account or to this run. */
export interface OwnedValues {
  readonly accountSid: string;
  readonly secrets: readonly string[];
  /** The two numbers, E.164, by the name of their stand-in. */
  readonly numbers: Readonly<Record<string, string>>;
  /** The address of the app, up to the path of a behaviour. */
  readonly app: string;
  /** The words that make the texts and names of this behaviour unique. */
  readonly tag: string;
}

type Owned = Pick<OwnedValues, 'accountSid' | 'secrets' | 'numbers' | 'app'>;

/** So many characters of a secret are taken for a part of it; fewer may be chance. */
const PART_LENGTH = 8;

/** Returns the usual spellings of a secret: itself, in a URL, and in the `Authorization` of the account. */
export function listForms(secret: string, accountSid: string): string[] {
  const base64 = (text: string) => Buffer.from(text).toString('base64').replaceAll('=', '');
  return [secret, encodeURIComponent(secret), base64(secret), base64(`${accountSid}:${secret}`)];
}

/** Replaces parts of secrets and of the account SID, such as one half of a token. */
export function replaceParts(text: string, { secrets, accountSid }: Owned): string {
  const whole = [...secrets, accountSid].map((one) => one.toLowerCase());
  let result = '';
  let at = 0;
  while (at < text.length) {
    const length = Math.max(0, ...whole.map((secret) => sharedLength(text, at, secret)));
    result += length > 0 ? '<part of a secret>' : text[at];
    at += Math.max(1, length);
  }
  return result;
}

/** How many characters from `at` on are a part of the secret; 0 if they are too few. */
function sharedLength(text: string, at: number, secret: string): number {
  const start = secret.indexOf(text.slice(at, at + PART_LENGTH).toLowerCase());
  if (start === -1 || at + PART_LENGTH > text.length) return 0;
  let length = PART_LENGTH;
  while (length < secret.length - start && text[at + length]?.toLowerCase() === secret[start + length])
    length += 1;
  // Digits alone are replaced as a number, and may be one that a behaviour looks up.
  return /^\d+$/.test(text.slice(at, at + length)) ? 0 : length;
}

/** True if a text has something of the account once it is decoded. */
export function hidesOwned(text: string, owned: Owned): boolean {
  const wanted = [
    owned.accountSid,
    ...owned.secrets,
    ...Object.values(owned.numbers).map((number) => number.slice(1)),
    new URL(owned.app).hostname,
  ].map((one) => one.toLowerCase());
  const decoded = decode(text);
  return [...decoded, ...decoded.flatMap(decode)].some((one) => {
    const lower = one.toLowerCase();
    return wanted.some((value) => lower.includes(value)) || replaceParts(one, owned) !== one;
  });
}

/** What a text may stand for: escapes of URLs, JSON, JavaScript and XML, base64 of any alignment, and hex. */
function decode(text: string): string[] {
  const unescaped = text
    .replace(/%([0-9a-f]{2})/gi, fromHex)
    .replace(/\\u\{?([0-9a-f]{2,6})\}?/gi, fromHex)
    .replace(/\\x([0-9a-f]{2})/gi, fromHex)
    .replace(/&#x([0-9a-f]{1,6});/gi, fromHex)
    .replace(/&#(\d{1,7});/g, (_all, code: string) => fromCode(Number(code)));
  const words = text.match(/[A-Za-z0-9+/_-]{11,}/g) ?? [];
  const base64 = words.flatMap((word) =>
    [0, 1, 2, 3].map((skipped) => Buffer.from(word.slice(skipped), 'base64').toString('latin1')),
  );
  const hex = (text.match(/[0-9a-f]{16,}/gi) ?? []).map((word) =>
    Buffer.from(word, 'hex').toString('latin1'),
  );
  return [...(unescaped === text ? [] : [unescaped]), ...base64, ...hex];
}

function fromHex(_all: string, digits: string): string {
  return fromCode(Number.parseInt(digits, 16));
}

function fromCode(code: number): string {
  return code <= 0x10_ff_ff ? String.fromCodePoint(code) : '';
}
