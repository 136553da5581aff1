// Describes an exchange in one line, or completely in several.
import { readLines } from '../../../control-characters.js';
import { isFailedExchange, isFileKind, REST_KIND } from '../../../exchanges/exchange.js';
import type { ExchangeReport } from '../../../exchanges/report.js';
import type { RequestReport } from '../../../gateway/report.js';
import { formatTwiml } from '../../../gateway/twiml.js';
import { cut, type Layout, layOut, measure, shortenSid, shortenUrl } from '../../core/layout.js';
import type { Screen } from '../../core/screen.js';

/** The columns from which a row has the wide form; without a terminal it always has it. */
const WIDE_COLUMNS = 130;

/** The longest path and the longest number or SID in a line: a stranger may send any. */
const [MAX_PATH, MAX_NUMBER] = [80, 40];

/** The longest finding in a line: it may quote the app. */
const MAX_FINDING = 160;

/** What stands before each line of a body, so that none looks like ours. */
const BAR = '  | ';

/** Returns the heading of {@link showExchange}. */
export function describeColumns(layout: Layout): string {
  return isWide(layout)
    ? '    id  time          path                      status  from → to                        took  verdict'
    : '    id  time          status      took  path, from → to, verdict';
}

function isWide({ columns, isWrapped }: Layout): boolean {
  return !isWrapped || columns >= WIDE_COLUMNS;
}

/** Shows an exchange as one row of a table, or on a narrow terminal as several rows; in red if something went wrong. */
export function showExchange(screen: Screen, exchange: ExchangeReport): void {
  screen.rows(layOutExchange(exchange, screen.layout), outcomeOfExchange(exchange));
}

function outcomeOfExchange(exchange: ExchangeReport): 'done' | 'warning' | 'failed' {
  if (exchange.refusal !== null || isFailedExchange(exchange)) return 'failed';
  return exchange.verdict.reasons.length > 0 ? 'warning' : 'done';
}

/** Returns the rows of an exchange. */
export function layOutExchange(exchange: ExchangeReport, layout: Layout): string[] {
  const { id, at, method, target, status, duration, from, to } = exchange;
  const longest = layout.isFull || isWide(layout) ? MAX_PATH : Math.min(MAX_PATH, layout.columns / 2);
  const name = target.split('?')[0] ?? '';
  const shown = measure(name) <= longest ? cut(name, longest) : shortenUrl(name, longest);
  const path = `${method === 'POST' ? '' : `${method} `}${shown}`;
  const between = from === null ? '' : `${cut(from, MAX_NUMBER)} → ${cut(to ?? '', MAX_NUMBER)}`;
  const took = `${Math.round(duration)} ms`;
  const answer = String(status ?? 'none');
  const start = `${String(id).padStart(6)}  ${at.slice(11, 23)}`;
  const notes = (sid: (text: string) => string) => listNotes(exchange, sid).join(', ');
  const contents: [string, string] = [
    notes(same),
    notes(layout.isFull || !layout.isWrapped ? same : shortenSid),
  ];
  if (isWide(layout)) {
    const head = [start, path.padEnd(24), answer.padStart(6), between.padEnd(27), took.padStart(9), ''];
    return layOut(head.join('  '), contents, layout);
  }
  const content = (text: string) => [path, between, text].filter(Boolean).join('  ');
  const head = [start, answer.padStart(6), took.padStart(8), ''].join('  ');
  return layOut(head, [content(contents[0]), content(contents[1])], layout);
}

const same = (text: string) => text;

function listNotes(exchange: ExchangeReport, sid: (text: string) => string): string[] {
  const { attempt, replayOf, findings, sids } = exchange;
  const own = Object.values(sids).find((value) => /^(SM|MM|CA)/.test(value)) ?? '';
  const notes = [
    describeVerdict(exchange),
    ...findings.map(({ what }) => cut(what, MAX_FINDING)),
    attempt > 1 ? `attempt ${attempt}` : '',
    replayOf === null ? '' : `replay of ${replayOf}`,
    cut(sid(own), MAX_NUMBER),
  ];
  return notes.filter(Boolean);
}

/** Empty if a finding says it in a sentence. */
function describeVerdict({ verdict, error, refusal, kind, findings }: ExchangeReport): string {
  if (error !== null) return `the app ${error}`;
  if (findings.some(({ id }) => id === 'signature')) return '';
  if (verdict.reasons.length > 0) return verdict.reasons.join(', ');
  if (refusal !== null) return refusal;
  if (kind === REST_KIND) return 'a REST request';
  if (verdict.result !== 'unsigned' || !isFileKind(kind)) return verdict.result;
  return `unsigned, as ${kind === 'card' ? 'vCards' : 'media files'} are`;
}

/** Returns everything that was recorded of an exchange, line by line. */
export function describeFully(exchange: RequestReport['exchange']): string[] {
  return [
    describeStart(exchange),
    '',
    ...describeRequest(exchange, true),
    '',
    describeEnd(exchange),
    ...describeHeaders(exchange.answer),
    ...describeBody(exchange.answer),
    '',
    ...describeJudgement(exchange),
  ];
}

/** Returns what an exchange is. */
export function describeStart({ id, at, kind, attempt, remote }: RequestReport['exchange']): string {
  return `${id}  ${at}  ${kind}, attempt ${attempt}, from ${remote}`;
}

/** Returns the lines of the request of an exchange. */
export function describeRequest(
  { method, target, request }: RequestReport['exchange'],
  hasHeaders: boolean,
): string[] {
  return [`${method} ${target}`, ...(hasHeaders ? describeHeaders(request) : []), ...describeForm(request)];
}

/** Returns the lines of the headers of a request or an answer. */
export function describeHeaders({ headers }: RequestReport['exchange']['answer']): string[] {
  return headers.map(([name, value]) => `  ${name}: ${value}`);
}

/** Returns the signature of an exchange, and what went wrong. */
export function describeJudgement(exchange: RequestReport['exchange']): string[] {
  const { kind, verdict, refusal, error, findings } = exchange;
  return [
    ...(kind === REST_KIND ? [] : describeSignature(verdict)),
    ...(refusal === null ? [] : [`Refused: ${refusal}. It did not reach the app.`]),
    ...(error === null ? [] : [`The app ${error}.`]),
    ...findings.flatMap(({ what, tryNext }) => [`Fault: ${what}.`, ...tryNext.map((one) => `  Try: ${one}`)]),
  ];
}

function describeSignature({ result, reasons, token, signedUrl, computedUrl }: ExchangeReport['verdict']) {
  return [
    `Signature: ${result}${reasons.length > 0 ? ` (${reasons.join(', ')})` : ''}`,
    ...(token === null ? [] : [`  signed with ${token}`]),
    `  signed    ${signedUrl ?? 'unknown'}`,
    `  computed  ${computedUrl}`,
  ];
}

/** Returns how an exchange ended: the status, and how long it took. */
export function describeEnd({ status, duration, refusal, app }: RequestReport['exchange']): string {
  const who = refusal === null ? app : 'the gateway';
  return `${status ?? 'no answer'} from ${who} after ${Math.round(duration)} ms`;
}

function describeForm(request: RequestReport['exchange']['request']): string[] {
  const { body, parameters, isCut } = request;
  const names = Object.keys(parameters);
  const width = Math.max(0, ...names.map((name) => name.length));
  const fields = names.flatMap((name) =>
    [parameters[name] ?? ''].flat().map((value) => `${BAR}${name.padEnd(width)}  ${value}`),
  );
  return [...(fields.length > 0 ? fields : quote(body)), ...markUndecoded(request), ...markCut(isCut)];
}

/** Returns the lines of the body of an answer, each behind a bar. */
export function describeBody(answer: RequestReport['exchange']['answer']): string[] {
  const { isCut, undecoded } = answer;
  return [
    ...listBodyLines(answer).map((line) => `${BAR}${line}`),
    ...markUndecoded(answer),
    ...markCut(isCut && undecoded === null),
  ];
}

/** Returns the lines of the body of an answer; TwiML has an element a line. */
export function listBodyLines({ headers, body }: RequestReport['exchange']['answer']): string[] {
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  return readLines(/xml/i.test(type) ? formatTwiml(body) : body);
}

function markUndecoded({ body, undecoded }: Pick<RequestReport['exchange']['answer'], 'body' | 'undecoded'>) {
  if (undecoded === null) return [];
  return [`  … ${body === '' ? 'the compressed body' : 'the rest'} cannot be shown: ${undecoded}`];
}

function quote(text: string): string[] {
  return readLines(text).map((line) => `${BAR}${line}`);
}

function markCut(isCut: boolean): string[] {
  return isCut ? ['  … the rest is left out'] : [];
}
