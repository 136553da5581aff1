// Describes an exchange in one line, or completely in several.
import { readLines, shorten } from '../../../control-characters.js';
import { isFileKind, REST_KIND } from '../../../exchanges/exchange.js';
import type { ExchangeReport } from '../../../exchanges/report.js';
import type { RequestReport } from '../../../gateway/report.js';
import { formatTwiml } from '../../../gateway/twiml.js';

/** The heading of {@link describeExchange}. */
export const COLUMNS =
  '    id  time          path                      status  from → to                        took  verdict';

/** The longest path and the longest number or SID in a line: a stranger may send any. */
const [MAX_PATH, MAX_NUMBER] = [80, 40];

/** The longest finding in a line: it may quote the app. */
const MAX_FINDING = 160;

/** What stands before each line of a body, so that none looks like ours. */
const BAR = '  | ';

/** Returns an exchange as one line of a table. */
export function describeExchange(exchange: ExchangeReport): string {
  const { id, at, method, target, status, attempt, duration, replayOf } = exchange;
  const path = shorten(`${method === 'POST' ? '' : `${method} `}${target.split('?')[0]}`, MAX_PATH);
  const sid = Object.values(exchange.sids).find((value) => /^(SM|MM|CA)/.test(value)) ?? '';
  const notes = [
    describeVerdict(exchange),
    ...exchange.findings.map(({ what }) => shorten(what, MAX_FINDING)),
    attempt > 1 ? `attempt ${attempt}` : '',
    replayOf === null ? '' : `replay of ${replayOf}`,
    shorten(sid, MAX_NUMBER),
  ];
  const between =
    exchange.from === null
      ? ''
      : `${shorten(exchange.from, MAX_NUMBER)} → ${shorten(exchange.to ?? '', MAX_NUMBER)}`;
  return [
    String(id).padStart(6),
    at.slice(11, 23),
    path.padEnd(24),
    String(status ?? 'none').padStart(6),
    between.padEnd(27),
    `${Math.round(duration)} ms`.padStart(9),
    notes.filter(Boolean).join(', '),
  ].join('  ');
}

function describeVerdict({ verdict, error, refusal, kind }: ExchangeReport): string {
  if (error !== null) return `the app ${error}`;
  if (verdict.reasons.length > 0) return verdict.reasons.join(', ');
  if (refusal !== null) return refusal;
  if (kind === REST_KIND) return 'a REST request';
  if (verdict.result !== 'unsigned' || !isFileKind(kind)) return verdict.result;
  return `unsigned, as ${kind === 'card' ? 'vCards' : 'media files'} are`;
}

/** Returns everything that was recorded of an exchange, line by line. */
export function describeFully(exchange: RequestReport['exchange']): string[] {
  const { request, answer, verdict, error, refusal } = exchange;
  return [
    `${exchange.id}  ${exchange.at}  ${exchange.kind}, attempt ${exchange.attempt}, from ${exchange.remote}`,
    '',
    `${exchange.method} ${exchange.target}`,
    ...request.headers.map(([name, value]) => `  ${name}: ${value}`),
    ...describeBody(request),
    '',
    describeEnd(exchange),
    ...answer.headers.map(([name, value]) => `  ${name}: ${value}`),
    ...describeAnswer(answer),
    '',
    ...(exchange.kind === REST_KIND ? [] : describeSignature(verdict)),
    ...(refusal === null ? [] : [`Refused: ${refusal}. It did not reach the app.`]),
    ...(error === null ? [] : [`The app ${error}.`]),
    ...exchange.findings.flatMap(({ what, tryNext }) => [
      `Fault: ${what}.`,
      ...tryNext.map((one) => `  Try: ${one}`),
    ]),
  ];
}

function describeSignature({ result, reasons, token, signedUrl, computedUrl }: ExchangeReport['verdict']) {
  return [
    `Signature: ${result}${reasons.length > 0 ? ` (${reasons.join(', ')})` : ''}`,
    ...(token === null ? [] : [`  signed with the token of the ${token}`]),
    `  signed    ${signedUrl ?? 'unknown'}`,
    `  computed  ${computedUrl}`,
  ];
}

function describeEnd({ status, duration, refusal, app }: RequestReport['exchange']): string {
  const who = refusal === null ? app : 'the gateway';
  return `${status ?? 'no answer'} from ${who} after ${Math.round(duration)} ms`;
}

function describeBody(request: RequestReport['exchange']['request']): string[] {
  const { body, parameters, isCut } = request;
  const names = Object.keys(parameters);
  const width = Math.max(0, ...names.map((name) => name.length));
  const fields = names.flatMap((name) =>
    [parameters[name] ?? ''].flat().map((value) => `${BAR}${name.padEnd(width)}  ${value}`),
  );
  return [...(fields.length > 0 ? fields : quote(body)), ...markUndecoded(request), ...markCut(isCut)];
}

function describeAnswer(answer: RequestReport['exchange']['answer']): string[] {
  const { headers, body, isCut, undecoded } = answer;
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  return [
    ...quote(/xml/i.test(type) ? formatTwiml(body) : body),
    ...markUndecoded(answer),
    ...markCut(isCut && undecoded === null),
  ];
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
