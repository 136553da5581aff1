// Reads a recorded webhook: who texted or called, what the app's TwiML said, and who owns the mask.

/** One recorded webhook, with what the app answered. */
export interface RecordedWebhook {
  /** The last value of each. */
  readonly parameters: Readonly<Record<string, string>>;
  /** As it was asked for. */
  readonly path: string;
  /** Null when nothing was answered. */
  readonly status: number | null;
  /** What was answered; empty when it was not TwiML. */
  readonly twiml: string;
}

/** What a webhook tells: who did what, and which number of the account it was about. */
export interface RecordedAction {
  readonly kind: 'text' | 'call' | 'keys' | 'words' | 'end' | 'delivery';
  readonly phone: string;
  readonly number: string;
  /** The words, the keys, or nothing. */
  readonly content: string;
  /** How many pictures came with it. */
  readonly media: number;
}

/** Undefined for a webhook that tells of nothing that a story holds, such as a text on its way. */
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

/** What a document says is to be done. */
export interface TwimlContent {
  /** Texts to whoever texted. */
  readonly texts: readonly string[];
  readonly words: readonly string[];
  /** Whom to call. */
  readonly callees: readonly string[];
}

const ELEMENT = /<(Message|Sms|Say|Number|Dial)\b([^>]*)>([\s\S]*?)<\/\1\s*>/g;

/** All that is said in it; nothing in what is no TwiML. */
export function readTwimlContent(twiml: string): TwimlContent {
  const texts: string[] = [];
  const words: string[] = [];
  const callees: string[] = [];
  for (const [, name, attributes = '', inner = ''] of twiml.matchAll(ELEMENT)) {
    if (name === 'Say') words.push(readText(inner));
    else if (name === 'Number') callees.push(readText(inner));
    else if (name === 'Dial') callees.push(...readDial(inner));
    // One with a receiver of its own goes to somebody who is not in the conversation.
    else if (!/\bto\s*=/.test(attributes)) texts.push(readMessage(inner));
  }
  return { texts, words, callees: callees.filter(Boolean) };
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

/** Where Firefox Relay is told of texts and calls: at an app with these the numbers are masks. */
const MASK_WEBHOOK_PATH = /^\/api\/v1\/inbound_(sms|call)\/?(\?|$)/;

/** Whether a webhook went to an app of masks. */
export function isMaskWebhook({ path }: RecordedWebhook): boolean {
  return MASK_WEBHOOK_PATH.test(path);
}

/**
 * The phone that is rung when a mask is called, else the one that most often gets a text after another has texted the
 * mask; undefined when neither happened.
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
