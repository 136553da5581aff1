// Reads a recorded webhook: who texted or called, what the app's TwiML said, and who owns the mask.

/** A recorded webhook and the app's answer. */
export interface RecordedWebhook {
  /** The form parameters; the last value of each. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The requested path, with its query. */
  readonly path: string;
  /** The HTTP status of the answer; null without one. */
  readonly status: number | null;
  /** The answered TwiML; empty if the answer is not TwiML. */
  readonly twiml: string;
}

/** An action of a person, as a webhook reports it, with the number of the account that it concerns. */
export interface RecordedAction {
  readonly kind: 'text' | 'call' | 'keys' | 'words' | 'end' | 'delivery';
  readonly phone: string;
  readonly number: string;
  /** The text, the speech or the keys; empty for other kinds. */
  readonly content: string;
  /** The count of media. */
  readonly media: number;
}

/** Reads the action behind a webhook; undefined if no step of a story expresses it, as for a callback with `sent`. */
export function findRecordedAction({
  parameters,
}: Pick<RecordedWebhook, 'parameters'>): RecordedAction | undefined {
  const { From: from = '', To: to = '' } = parameters;
  if (from === '' || to === '') return undefined;
  const inbound = { phone: from, number: to, media: 0 };
  return parameters.CallSid === undefined ? findText() : findCall();

  function findText(): RecordedAction | undefined {
    const { Body: content, MessageStatus: status, NumMedia: media = '0' } = parameters;
    if (status === 'delivered') return { kind: 'delivery', phone: to, number: from, content: '', media: 0 };
    if (status !== undefined || content === undefined) return undefined;
    return { ...inbound, kind: 'text', content, media: Number.parseInt(media, 10) || 0 };
  }

  function findCall(): RecordedAction | undefined {
    const { Direction: direction, CallStatus: status, Digits: keys, SpeechResult: words } = parameters;
    if (direction !== 'inbound') return undefined;
    if (keys && /^[0-9*#A-D]+$/.test(keys)) return { ...inbound, kind: 'keys', content: keys };
    if (words) return { ...inbound, kind: 'words', content: words };
    if (status === 'ringing') return { ...inbound, kind: 'call', content: '' };
    return status === 'completed' ? { ...inbound, kind: 'end', content: '' } : undefined;
  }
}

/** The parts of a TwiML document that a story can expect. */
export interface TwimlContent {
  /** Replies to the sender. */
  readonly texts: readonly string[];
  /** The text of each `<Say>`. */
  readonly said: readonly string[];
  /** The numbers in `<Dial>`. */
  readonly callees: readonly string[];
}

const ELEMENT = /<(Message|Sms|Say|Number|Dial)\b([^>]*)>([\s\S]*?)<\/\1\s*>/g;

/** Reads a TwiML document; all lists are empty if it is not TwiML. */
export function readTwimlContent(twiml: string): TwimlContent {
  const texts: string[] = [];
  const said: string[] = [];
  const callees: string[] = [];
  for (const [, name, attributes = '', inner = ''] of twiml.matchAll(ELEMENT)) {
    if (name === 'Say') said.push(readText(inner));
    else if (name === 'Number') callees.push(readText(inner));
    else if (name === 'Dial') callees.push(...readDial(inner));
    // A message with a `to` goes to somebody outside this conversation.
    else if (!/\bto\s*=/.test(attributes)) texts.push(readMessage(inner));
  }
  return { texts, said, callees: callees.filter(Boolean) };
}

function readDial(inner: string): string[] {
  const named = [...inner.matchAll(/<Number\b[^>]*>([\s\S]*?)<\/Number\s*>/g)];
  return named.length > 0 ? named.map(([, number = '']) => readText(number)) : [readText(inner)];
}

function readMessage(inner: string): string {
  const body = /<Body\b[^>]*>([\s\S]*?)<\/Body\s*>/.exec(inner)?.[1];
  return readText(body ?? inner.replace(/<Media\b[\s\S]*?<\/Media\s*>/g, ''));
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function readText(xml: string): string {
  return xml
    .replace(/<!\[CDATA\[([\s\S]*?)\]\]>/g, (_, text: string) => text.replaceAll('&', '&amp;'))
    .replace(/<[^>]*>/g, '')
    .replace(/&#(x?)([0-9a-f]{1,6});/gi, (whole, hex: string, code: string) => {
      const point = Number.parseInt(code, hex ? 16 : 10);
      return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    })
    .replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => ENTITIES[name] ?? '')
    .trim();
}

/** Firefox Relay's paths for inbound texts and calls. Numbers with these webhooks are masks. */
const MASK_WEBHOOK_PATH = /^\/api\/v1\/inbound_(sms|call)\/?(\?|$)/;

/** True if the webhook went to Firefox Relay, so that its number is a mask. */
export function isMaskWebhook({ path }: RecordedWebhook): boolean {
  return MASK_WEBHOOK_PATH.test(path);
}

/**
 * Returns the phone that rings when the mask is called; else the phone that most often gets a text after another phone
 * has texted the mask. Undefined if neither was recorded.
 */
export function findMaskOwner(webhooks: readonly RecordedWebhook[]): string | undefined {
  const [callee] = webhooks.filter(isMaskWebhook).flatMap(({ twiml }) => readTwimlContent(twiml).callees);
  if (callee !== undefined) return callee;
  const votes = new Map<string, number>();
  let texter: string | undefined;
  for (const action of webhooks.map(findRecordedAction)) {
    if (action?.kind === 'text') texter = action.phone;
    if (action?.kind !== 'delivery' || action.phone === texter) continue;
    votes.set(action.phone, (votes.get(action.phone) ?? 0) + 1);
  }
  return [...votes].sort(([, a], [, b]) => b - a)[0]?.[0];
}
