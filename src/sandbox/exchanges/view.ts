// The exchanges of the sandbox as they are shown: read and masked when somebody asks for them.
import { compareAnswers } from '../../exchanges/compare.js';
import {
  type Exchange,
  type ExchangeFilter,
  type ExchangeSummary,
  isMatch,
} from '../../exchanges/exchange.js';
import { formatAnswerDifference, formatExchangeReport, formatFullExchange } from '../../exchanges/format.js';
import type { AnswerDifferenceReport, ExchangeReport, FullExchangeReport } from '../../exchanges/report.js';
import type { ExchangeLog, SandboxExchange } from './exchange-log.js';
import { createSecretMask } from './mask.js';
import { type ReadExchangeDeps, readExchange, readSummary } from './read-exchange.js';

/** How much of a body is shown. */
const MAX_SHOWN_BYTES = 256 * 1024;

/** What the view needs. */
export interface ExchangeViewDeps extends ReadExchangeDeps {
  readonly log: Pick<ExchangeLog, 'list' | 'find'>;
  /** Values that are never shown. */
  readonly secrets: readonly string[];
}

/** The exchanges, with their secrets hidden. */
export interface ExchangeView {
  /** Lists exchanges without their bodies, newest first. */
  list(filter?: Omit<ExchangeFilter, 'refused'>): ExchangeReport[];
  find(id: number): Promise<FullExchangeReport | undefined>;
  format(raw: SandboxExchange): Promise<FullExchangeReport>;
  compare(before: SandboxExchange, now: SandboxExchange): Promise<AnswerDifferenceReport>;
}

/** Creates the view. */
export function createExchangeView(deps: ExchangeViewDeps): ExchangeView {
  const { log, secrets } = deps;
  const mask = createSecretMask(secrets);
  const summaries = new WeakMap<SandboxExchange, ExchangeSummary>();

  function summarize(raw: SandboxExchange): ExchangeSummary {
    const known = summaries.get(raw);
    if (known) return known;
    const summary = mask.document(readSummary(raw, deps));
    summaries.set(raw, summary);
    return summary;
  }

  /** Secrets are hidden before a body is cut, so that no part of one is left at the cut. */
  function cut(raw: SandboxExchange): Exchange {
    const exchange = readExchange(raw, deps);
    const [requestBody, answerBody] = [mask.body(raw.requestBody), mask.body(raw.answerBody)];
    return {
      ...exchange,
      requestBody: requestBody.subarray(0, MAX_SHOWN_BYTES),
      isRequestCut: exchange.isRequestCut || requestBody.length > MAX_SHOWN_BYTES,
      answerBody: answerBody.subarray(0, MAX_SHOWN_BYTES),
      isAnswerCut: exchange.isAnswerCut || answerBody.length > MAX_SHOWN_BYTES,
    };
  }

  const format = async (raw: SandboxExchange) => mask.document(await formatFullExchange(cut(raw)));

  return {
    list: ({ limit = Number.POSITIVE_INFINITY, ...filter } = {}) => {
      const found: ExchangeReport[] = [];
      for (const raw of log.list().toSorted((one, other) => other.id - one.id)) {
        if (found.length >= limit) break;
        const summary = summarize(raw);
        if (isMatch(summary, { ...filter, refused: false })) found.push(formatExchangeReport(summary));
      }
      return found;
    },
    find: async (id) => {
      const raw = log.find(id);
      return raw && format(raw);
    },
    format,
    compare: async (before, now) =>
      formatAnswerDifference(await compareAnswers(readExchange(before, deps), readExchange(now, deps))),
  };
}
