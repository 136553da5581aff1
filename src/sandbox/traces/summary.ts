// Summarises a trace: who took part, how much happened, how it ended.
import type { TraceOutcome } from './event-outcome.js';
import type { TraceFacts } from './facts.js';
import { describeTrace, type NumberFormat } from './sentence.js';

/** What a trace came to. */
export interface TraceSummary {
  readonly traceId: string;
  /** Of its first and last event, ISO 8601. */
  readonly startedAt: string;
  readonly lastAt: string;
  /** In plain English: who reached whom, or why nobody was reached. */
  readonly sentence: string;
  /**
   * False if nobody was reached and nobody answered, or if the app did not answer a webhook of the act. What the sentence
   * says and the exit code of `text` and `call` follow from the same decision.
   */
  readonly succeeded: boolean;
  /** The phones that took part. */
  readonly phones: readonly string[];
  /** The numbers of the account that took part. */
  readonly numbers: readonly string[];
  readonly counts: TraceCounts;
  readonly worst: TraceOutcome;
  /** True if the cause of an event is a guess. */
  readonly isGuessed: boolean;
  /** False if events of it are missing: those that others name as their cause. */
  readonly isComplete: boolean;
}

/** How much happened in a trace. */
export interface TraceCounts {
  readonly texts: number;
  /** Legs: a call that `<Dial>` connects with another has two. */
  readonly calls: number;
  /** The attempts at one URL are one webhook. */
  readonly webhooks: number;
  readonly requests: number;
  readonly exposures: number;
}

/** Summarises the facts of a trace. @param format how the sentence shows phone numbers */
export function summarizeTrace(facts: TraceFacts, format: NumberFormat): TraceSummary {
  const { first, last, phones, numbers, isGuessed, isComplete } = facts;
  const { texts, calls, webhooks, requests, exposures } = facts;
  return {
    traceId: first.traceId,
    startedAt: first.at,
    lastAt: last.at,
    ...describeTrace(facts, format),
    phones,
    numbers,
    counts: {
      texts: texts.length,
      calls: calls.length,
      webhooks: webhooks.length,
      requests: requests.length,
      exposures: exposures.length,
    },
    worst: findWorst(facts),
    isGuessed,
    isComplete,
  };
}

function findWorst(facts: TraceFacts): TraceOutcome {
  const hasFailed =
    facts.hasFailed ||
    facts.webhooks.some(({ failure }) => failure !== null) ||
    facts.requests.some(({ status, fault }) => fault !== null || (status ?? 0) >= 400) ||
    facts.exposures.some(({ assertionId }) => assertionId !== null);
  if (hasFailed) return 'failed';
  return facts.hasWarning ? 'warning' : 'done';
}
