// Looks for faults in the app's answers, and compares its answers under two hosts if one may refuse the public host.
import { findAppFault } from '../../app-host/compare-hosts.js';
import type { AppFault } from '../../app-host/recognize.js';
import type { Exchange, ExchangeFinding } from '../../exchanges/exchange.js';
import { NoAnswer } from '../../http/send.js';
import {
  decodeBeginning,
  findAnswerFindings,
  isCompressed,
  maySignalFault,
  toFinding,
} from '../exchanges/findings.js';

/** The input of {@link createAnswerInspector}. */
export interface AnswerInspectorOptions {
  /** The origin of the app. */
  readonly app: string;
  /** Returns the current public base. */
  readonly publicBase: () => string;
  /** The key in `.env` with the hosts that Firefox Relay allows.. */
  readonly hostsKey?: string | undefined;
}

/** What an inspection found. */
export interface Inspection {
  readonly findings: readonly ExchangeFinding[];
  /** Further findings, for which the body is decoded or the app is asked; undefined if none can come. */
  readonly later: Promise<readonly ExchangeFinding[]> | undefined;
}

/** Finds what is wrong with answers. */
export interface AnswerInspector {
  /** @param isWebhook true if the request was one from Twilio: for a stranger's the app is not asked */
  inspect(exchange: Exchange, isWebhook: boolean): Inspection;
  /** Asks the app for a page under its public host and under its own. Undefined if it accepts both. @throws NoAnswer */
  compareHosts(): Promise<AppFault | undefined>;
  /** Ends comparisons, and resolves when no finding can come any more. */
  close(): Promise<void>;
}

interface Comparison {
  readonly publicBase: string;
  /** Milliseconds on the monotonic clock. */
  readonly at: number;
  readonly result: Promise<AppFault | undefined>;
  /** Undefined until it has ended, too. */
  fault: AppFault | undefined;
}

const NOTHING: Inspection = { findings: [], later: undefined };
/** Milliseconds for one answer. */
const TIMEOUT_MS = 3000;
/** How long the result of a comparison is used: an app that was restarted may answer differently. */
const COMPARED_FOR_MS = 60_000;

/** Creates an inspector. */
export function createAnswerInspector({
  app,
  publicBase,
  hostsKey,
}: AnswerInspectorOptions): AnswerInspector {
  const closing = new AbortController();
  const waiting = new Set<Promise<unknown>>();
  let last: Comparison | undefined;

  function compare(): Comparison {
    const base = publicBase();
    const { signal } = closing;
    const result = findAppFault({ app, publicBase: base, hostsKey, timeoutMs: TIMEOUT_MS, signal });
    const comparison: Comparison = { publicBase: base, at: performance.now(), result, fault: undefined };
    void result.then(
      (fault) => {
        comparison.fault = fault;
      },
      () => undefined,
    );
    last = comparison;
    return comparison;
  }

  function findComparison(): Comparison | undefined {
    const isFresh = last?.publicBase === publicBase() && performance.now() - last.at < COMPARED_FOR_MS;
    return isFresh ? last : undefined;
  }

  async function findLater(exchange: Exchange, isWebhook: boolean): Promise<readonly ExchangeFinding[]> {
    if (isCompressed(exchange)) {
      const found = findAnswerFindings(exchange, await decodeBeginning(exchange), hostsKey);
      if (found.length > 0) return found;
    }
    if (!isWebhook) return NOTHING.findings;
    const fault = await (findComparison() ?? compare()).result.catch(ignoreNoAnswer);
    return fault?.status === exchange.summary.status ? [toFinding(fault)] : NOTHING.findings;
  }

  return {
    inspect: (exchange, isWebhook) => {
      if (!maySignalFault(exchange)) return NOTHING;
      const { status } = exchange.summary;
      const known = findComparison()?.fault;
      const found = findAnswerFindings(exchange, exchange.answerBody, hostsKey);
      if (found.length > 0) return { findings: found, later: undefined };
      if (isWebhook && known?.status === status) return { findings: [toFinding(known)], later: undefined };
      if (status === null || status < 400) return NOTHING;
      const later = findLater(exchange, isWebhook).finally(() => waiting.delete(later));
      waiting.add(later);
      return { findings: NOTHING.findings, later };
    },
    compareHosts: () => compare().result,
    close: async () => {
      closing.abort();
      await Promise.all(waiting);
    },
  };
}

/** An app that has stopped answering is the subject of another event. */
function ignoreNoAnswer(error: unknown): undefined {
  if (!(error instanceof NoAnswer)) throw error;
}
