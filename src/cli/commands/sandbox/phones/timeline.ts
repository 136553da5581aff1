// The timeline of a phone: the texts that it sent and received, and its calls, in the order of time.
import type { ControlClient } from '../../../../sandbox/control/client.js';
import type { LoggedCall } from '../../../../sandbox/phones/calls/call-log.js';
import type { ReceivedText } from '../../../../sandbox/phones/inbox.js';
import type { SentPhoneText } from '../../../../sandbox/phones/sent-texts.js';
import type { PhonesReport } from '../../../../sandbox/report.js';

/** One text or call of a phone. */
export type TimelineEntry = PhonesReport['phones'][number]['timeline'][number];

/** What a phone sent, received and answered; each list is oldest first. */
export type PhoneTimeline = Pick<PhonesReport['phones'][number], 'texts' | 'sent' | 'calls' | 'timeline'>;

/** Which part of a timeline to read. */
export interface TimelinePart {
  /** Only so many of the newest entries. */
  readonly last?: number | undefined;
  /** Only entries since then, milliseconds since 1970. */
  readonly since?: number | undefined;
}

/** Reads the timeline of a phone. */
export async function readTimeline(
  control: Pick<ControlClient, 'texts' | 'sent' | 'calls'>,
  number: string,
  { last = Number.POSITIVE_INFINITY, since = Number.NEGATIVE_INFINITY }: TimelinePart,
): Promise<PhoneTimeline> {
  const [texts, sent, calls] = await Promise.all([
    control.texts(number),
    control.sent(number),
    control.calls(number),
  ]);
  // The automatic reply to STOP has the time of the text that it answers.
  const dated = [...sent.map(dateSent), ...texts.map(dateReceived), ...calls.map(dateCall)];
  dated.sort((a, b) => compare(a.entry.at, b.entry.at));
  const recent = dated.filter(({ entry }) => Date.parse(entry.at) >= since);
  const kept = recent.slice(Math.max(0, recent.length - last));
  const isKept = new Set<object>(kept.map(({ source }) => source));
  return {
    texts: texts.filter((text) => isKept.has(text)),
    sent: sent.filter((text) => isKept.has(text)),
    calls: calls.filter((call) => isKept.has(call)),
    timeline: kept.map(({ entry }) => entry),
  };
}

/** An entry, and what it was formed of. */
interface Dated {
  readonly entry: TimelineEntry;
  readonly source: object;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function dateReceived(source: ReceivedText): Dated {
  const { sid, from, body, mediaUrls, media, receivedAt: at } = source;
  return {
    source,
    entry: { at, kind: 'text', direction: 'received', with: from, sid, body, mediaUrls, media },
  };
}

function dateSent(source: SentPhoneText): Dated {
  const { sid, to, body, mediaUrls, media, sentAt: at } = source;
  return { source, entry: { at, kind: 'text', direction: 'sent', with: to, sid, body, mediaUrls, media } };
}

function dateCall(source: LoggedCall): Dated {
  const { sid, direction, shown, state, heard, said, answeredAt, endedAt, startedAt: at } = source;
  const call = {
    kind: 'call',
    direction,
    with: shown,
    sid,
    state,
    answeredAt,
    endedAt,
    heard,
    said,
  } as const;
  return { source, entry: { at, ...call } };
}
