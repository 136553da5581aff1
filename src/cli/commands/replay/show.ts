// Shows a replay: the answer first, then how it differs from the recorded one, then what was sent.
import { diffArrays } from 'diff';
import type { FullExchangeReport } from '../../../exchanges/report.js';
import type { ReplayReport } from '../../../gateway/report.js';
import type { Screen } from '../../core/screen.js';
import {
  describeBody,
  describeEnd,
  describeHeaders,
  describeJudgement,
  describeRequest,
  describeStart,
  listBodyLines,
} from '../requests/exchange-lines.js';

/** The headers that change what Twilio does with an answer; the values of others are not shown. */
const HEADERS_THAT_MATTER: readonly string[] = ['content-type', 'location', 'www-authenticate'];

/** How many equal lines are shown before and after each difference. */
const CONTEXT_LINES = 2;

/** The most lines that may differ before the two bodies are shown one after the other. */
const MAX_EDITS = 1000;

/**
 * Shows one replay.
 *
 * @param before the exchange that was replayed
 * @param hasHeaders whether the headers of request and answer are shown
 */
export function showReplay(
  screen: Screen,
  { exchange, difference }: ReplayReport['replays'][number],
  before: FullExchangeReport,
  hasHeaders: boolean,
): void {
  const isSame = difference.status === null && !difference.body && findImportant(difference).length === 0;
  const outcome = exchange.error !== null ? 'failed' : isSame ? 'done' : 'warning';
  screen.outcome(describeEnd(exchange), outcome);
  screen.line(describeDifference(before.id, difference));
  for (const name of findImportant(difference)) {
    const [was, is] = [findHeader(before, name), findHeader(exchange, name)];
    screen.line(`  ${name}: ${was ?? 'none'} before, ${is ?? 'none'} now`);
  }
  if (hasHeaders) for (const line of describeHeaders(exchange.answer)) screen.line(line);
  const body = difference.body ? describeChanges(before, exchange) : describeBody(exchange.answer);
  for (const line of body) screen.line(line);
  screen.line('');
  screen.line(describeStart(exchange));
  for (const line of describeRequest(exchange, hasHeaders)) screen.line(line);
  for (const line of describeJudgement(exchange)) screen.line(line);
}

type Difference = ReplayReport['replays'][number]['difference'];

function findImportant({ headers }: Difference): string[] {
  return headers.filter((name) => HEADERS_THAT_MATTER.includes(name));
}

function describeDifference(id: number, difference: Difference): string {
  const { status, headers, body } = difference;
  const important = findImportant(difference);
  const others = headers.filter((name) => !HEADERS_THAT_MATTER.includes(name));
  const parts = [
    ...(status ? [`status ${status[0] ?? 'none'} before, ${status[1] ?? 'none'} now`] : []),
    ...(important.length > 0 ? [`headers ${important.join(', ')}`] : []),
    ...(body ? ['a different body'] : []),
  ];
  const except =
    others.length === 0
      ? ''
      : `, but for ${others.length === 1 ? 'the header' : 'the headers'} ${others.join(', ')}`;
  return `Against ${id}: ${parts.length === 0 ? `the same as recorded${except}` : parts.join('; ')}.`;
}

function findHeader({ answer }: FullExchangeReport, name: string): string | undefined {
  return answer.headers.find(([one]) => one.toLowerCase() === name)?.[1];
}

/** The lines of both bodies: what is only in the recorded one, only in the new one, and around them in both. */
function describeChanges(before: FullExchangeReport, now: FullExchangeReport): string[] {
  const [was, is] = [listBodyLines(before.answer), listBodyLines(now.answer)];
  const changes = diffArrays(was, is, { maxEditLength: MAX_EDITS }) ?? [
    { value: was, removed: true, added: false },
    { value: is, removed: false, added: true },
  ];
  const lines = changes.flatMap(({ value, removed, added }, index) => {
    if (removed) return value.map((line) => `  before | ${line}`);
    if (added) return value.map((line) => `  now    | ${line}`);
    return cutContext(value, index === 0, index === changes.length - 1);
  });
  return [...lines, ...describeBody({ ...now.answer, body: '' })];
}

function cutContext(lines: readonly string[], isFirst: boolean, isLast: boolean): string[] {
  const [before, after] = [isFirst ? 0 : CONTEXT_LINES, isLast ? 0 : CONTEXT_LINES];
  const left = lines.length - before - after;
  const show = (shown: readonly string[]) => shown.map((line) => `         | ${line}`);
  if (left <= 1) return show(lines);
  return [
    ...show(lines.slice(0, before)),
    `         … ${left} equal lines`,
    ...show(after === 0 ? [] : lines.slice(-after)),
  ];
}
