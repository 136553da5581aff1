// Reads a recorded webhook: who texted or called, what the app's TwiML said, and who owns the mask.
import { findTagName, type MarkupToken, readMarkupText, splitMarkup } from '../../markup.js';

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
  /** The names of what the sandbox lacks for it, such as `<Connect>`. */
  readonly lacks: readonly string[];
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
  /** The text of each `<Say>` that is heard whatever the caller does: none behind a verb that waits for keys, or for a call. */
  readonly said: readonly string[];
  /** The numbers in `<Dial>`, but not behind a verb that waits for keys. */
  readonly callees: readonly string[];
}

/** Reads a TwiML document; all lists are empty if it is not TwiML. */
export function readTwimlContent(twiml: string): TwimlContent {
  const texts: string[] = [];
  const said: string[] = [];
  const callees: string[] = [];
  const tokens = splitMarkup(twiml);
  const [beforeInput, beforeCall] = [
    tokens.slice(0, findFirst(tokens, INPUT_VERBS)),
    findFirst(tokens, ['Dial']),
  ];
  for (const { name, inner } of listElements(beforeInput, ['Number', 'Dial'])) {
    if (name === 'Number') callees.push(readMarkupText(inner));
    else callees.push(...readDial(inner));
  }
  for (const { inner } of listElements(beforeInput.slice(0, beforeCall), ['Say'])) {
    said.push(readMarkupText(inner));
  }
  for (const { start, inner } of listElements(tokens, ['Message', 'Sms'])) {
    // A message with a `to` goes to somebody outside this conversation.
    if (!/\sto\s*=/.test(start)) texts.push(readMessage(inner));
  }
  return { texts, said, callees: callees.filter(Boolean) };
}

/** Verbs behind which a document may not go on. Behind `<Dial>` it may, once the other side has hung up. */
const INPUT_VERBS = ['Gather', 'Record', 'Enqueue', 'Connect', 'Redirect', 'Hangup', 'Reject'];

/** Returns how many tokens there are up to the end of the first of these verbs. */
function findFirst(tokens: readonly MarkupToken[], verbs: readonly string[]): number {
  const at = tokens.findIndex((token) => {
    const isEnd = token.raw.startsWith('</') || token.raw.endsWith('/>');
    return isEnd && verbs.includes(findTagName(token) ?? '');
  });
  return at === -1 ? tokens.length : at + 1;
}

function readDial(inner: readonly MarkupToken[]): string[] {
  const named = listElements(inner, ['Number']);
  return named.length > 0 ? named.map((number) => readMarkupText(number.inner)) : [readMarkupText(inner)];
}

function readMessage(inner: readonly MarkupToken[]): string {
  const [body] = listElements(inner, ['Body']);
  if (body) return readMarkupText(body.inner);
  const media = new Set(listElements(inner, ['Media']).flatMap((element) => element.inner));
  return readMarkupText(inner.filter((token) => !media.has(token)));
}

interface TwimlElement {
  readonly name: string;
  /** Its start tag. */
  readonly start: string;
  /** What is between its tags. */
  readonly inner: readonly MarkupToken[];
}

/** Lists the elements with these names, but not those inside others. An unclosed element is not listed. */
function listElements(tokens: readonly MarkupToken[], names: readonly string[]): TwimlElement[] {
  const elements: TwimlElement[] = [];
  const lastEnds = new Map<string, number>();
  for (const [at, token] of tokens.entries()) {
    if (token.raw.startsWith('</')) lastEnds.set(findTagName(token) ?? '', at);
  }
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at];
    const name = token && findTagName(token);
    if (!token || name === undefined || !names.includes(name)) continue;
    if (token.raw.startsWith('</') || token.raw.endsWith('/>') || at > (lastEnds.get(name) ?? -1)) continue;
    const start = at + 1;
    while (!isEndOf(tokens[at], name)) at += 1;
    elements.push({ name, start: token.raw, inner: tokens.slice(start, at) });
  }
  return elements;
}

function isEndOf(token: MarkupToken | undefined, name: string): boolean {
  return token === undefined || (token.raw.startsWith('</') && findTagName(token) === name);
}

/** Firefox Relay's paths for inbound texts and calls. Numbers with these webhooks are masks. */
const MASK_WEBHOOK_PATH = /^\/api\/v1\/inbound_(sms|call)\/?(\?|$)/;

/** True if the webhook went to Firefox Relay, so that its number is a mask. */
export function isMaskWebhook({ path }: Pick<RecordedWebhook, 'path'>): boolean {
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
