// Reads what happened between a phone and a number off the parameters of a webhook.

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
export interface RecordedAct {
  readonly kind: 'text' | 'call' | 'keys' | 'words' | 'end' | 'delivery';
  readonly phone: string;
  readonly number: string;
  /** The words, the keys, or nothing. */
  readonly content: string;
  /** How many pictures came with it. */
  readonly media: number;
}

/** Undefined for a webhook that tells of nothing that a story holds, such as a text on its way. */
export function findRecordedAct({
  parameters,
}: Pick<RecordedWebhook, 'parameters'>): RecordedAct | undefined {
  const { From: from = '', To: to = '' } = parameters;
  if (from === '' || to === '') return undefined;
  const inbound = { phone: from, number: to, media: 0 };
  return parameters.CallSid === undefined ? findText() : findCall();

  function findText(): RecordedAct | undefined {
    const { Body: content, MessageStatus: status, NumMedia: media = '0' } = parameters;
    if (status === 'delivered') return { kind: 'delivery', phone: to, number: from, content: '', media: 0 };
    if (status !== undefined || content === undefined) return undefined;
    return { ...inbound, kind: 'text', content, media: Number.parseInt(media, 10) || 0 };
  }

  function findCall(): RecordedAct | undefined {
    const { Direction: direction, CallStatus: status, Digits: keys, SpeechResult: words } = parameters;
    if (direction !== 'inbound') return undefined;
    if (keys && /^[0-9*#A-D]+$/.test(keys)) return { ...inbound, kind: 'keys', content: keys };
    if (words) return { ...inbound, kind: 'words', content: words };
    if (status === 'ringing') return { ...inbound, kind: 'call', content: '' };
    return status === 'completed' ? { ...inbound, kind: 'end', content: '' } : undefined;
  }
}
