// The messages of failed matchers: what was expected, what there is instead, and how it came about.
import { shorten, showControls } from '../control-characters.js';
import type { LoggedCall } from '../sandbox/phones/calls/call-log.js';
import type { NumberExposure } from '../sandbox/phones/exposure/find-exposures.js';
import type { ReceivedText } from '../sandbox/phones/inbox.js';
import type { SandboxPhone } from '../sandbox/phones/phones.js';
import type { KnownTrace } from '../sandbox/traces/trace-log.js';

/** A string that equals the whole body of a text, or a regular expression that matches a part of it. */
export type TextPattern = string | RegExp;

/** A string that equals all that was heard at once, or a regular expression that matches a part of it. */
export type SoundPattern = TextPattern;

/** How many texts, sounds or leaks a message lists: the newest. */
const LISTED = 10;
/** How much of each it quotes, in UTF-16 units. */
const QUOTED = 300;

/** Returns what follows "a text": ` that matches /code/`, or nothing without a pattern. */
export function describePattern(pattern: TextPattern | undefined): string {
  if (pattern === undefined) return '';
  return typeof pattern === 'string'
    ? ` ${quote(pattern)}`
    : ` that matches ${showControls(String(pattern))}`;
}

/** Lists the texts on a phone. */
export function describeTexts(texts: readonly ReceivedText[]): string {
  if (texts.length === 0) return 'It has received no text.';
  return list(
    `It has received ${texts.length === 1 ? 'one text' : `${texts.length} texts`}`,
    texts.map(({ from, body }) => `from ${showControls(from)}: ${quote(body)}`),
  );
}

/** Lists what a phone has heard, in all its calls. */
export function describeHeard(calls: readonly LoggedCall[]): string {
  if (calls.length === 0) return 'It was in no call.';
  const sounds = calls.flatMap(({ heard, shown, state }) => {
    const other = `in the call with ${showControls(shown)} (${state})`;
    return heard.length === 0
      ? [`nothing ${other}`]
      : heard.map(({ kind, content }) => `${kind} ${quote(content)} ${other}`);
  });
  return list('It has heard', sounds);
}

/** Lists leaks, each with the sentence of its trace. */
export function describeExposures(
  leaks: readonly NumberExposure[],
  findTrace: (id: string) => Pick<KnownTrace, 'sentence'> | undefined,
): string {
  const lines = leaks.map(({ phone, how, written, excerpt, traceId }) => {
    const trace = traceId === null ? undefined : findTrace(traceId);
    const where = `to ${showControls(phone)} (${how}) as ${quote(written)}, in ${quote(excerpt)}`;
    return trace ? `${where}\n    ${showControls(trace.sentence)}` : where;
  });
  return list(undefined, lines);
}

/** Returns a line with what happened last with a phone, such as why nothing reached it; empty if nothing happened. */
export function describeLastTrace(phone: Pick<SandboxPhone, 'traces'>): string {
  const [last] = phone.traces();
  if (!last) return '\nNo trace has this phone: nothing was sent to it or from it.';
  const more =
    last.state === 'open' ? ' It is still in progress: await sandbox.whenQuiet(traceId) first.' : '';
  return `\nLast, ${last.traceId}: ${showControls(last.sentence)}${more}`;
}

function list(title: string | undefined, lines: readonly string[]): string {
  const left = lines.length - LISTED;
  const head = title === undefined ? [] : [`${title}:`];
  const rest = left > 0 ? [`  … ${left} older`] : [];
  return [...head, ...rest, ...lines.slice(-LISTED).map((line) => `  ${line}`)].join('\n');
}

function quote(text: string): string {
  return `"${showControls(shorten(text, QUOTED))}"`;
}
