// Formats exchanges as JSON, without loading a schema: zod is slow to load.
import { decodeCharset } from '../http/charset.js';
import { decodeBody } from '../http/content-coding.js';
import type { AnswerDifference } from './compare.js';
import type { Exchange, ExchangeSummary } from './exchange.js';
import { findHeader, hideSecrets, readHeaderPairs } from './headers.js';
import { isForm, readParameters } from './parameters.js';
import type { AnswerDifferenceReport, ExchangeReport, FullExchangeReport } from './report.js';

/** Formats an exchange without its bodies. */
export function formatExchangeReport(summary: ExchangeSummary): ExchangeReport {
  const { verdict, sids, findings = [] } = summary;
  return {
    ...summary,
    findings: findings.map(({ tryNext, ...finding }) => ({ ...finding, tryNext: [...tryNext] })),
    at: new Date(summary.at).toISOString(),
    sids: { ...sids },
    verdict: { ...verdict, reasons: [...verdict.reasons] },
  };
}

/**
 * Formats an exchange with its headers and bodies. Compressed bodies are decoded, and read by their charset; credentials in
 * headers are hidden.
 */
export async function formatFullExchange(exchange: Exchange): Promise<FullExchangeReport> {
  const { requestHead, answerHead, requestBody, answerBody, isRequestCut, isAnswerCut } = exchange;
  const [requestHeaders, answerHeaders] = [readHeaderPairs(requestHead), readHeaderPairs(answerHead)];
  const request = await formatMessage(requestHeaders, requestBody, isRequestCut, false);
  const form = isForm(findHeader(requestHeaders, 'content-type')) ? readParameters(request.body) : {};
  return {
    ...formatExchangeReport(exchange.summary),
    request: {
      ...request,
      parameters: JSON.parse(JSON.stringify(form)) as Record<string, string | string[]>,
    },
    answer: await formatMessage(answerHeaders, answerBody, isAnswerCut, exchange.isAnswerDecoded ?? false),
  };
}

/** As much of a decoded body as is kept of any body. */
const MAX_DECODED_BYTES = 256 * 1024;

async function formatMessage(
  headers: readonly string[],
  body: Buffer,
  isCut: boolean,
  isDecoded: boolean,
): Promise<FullExchangeReport['answer']> {
  const limits = { isCut, maxBytes: MAX_DECODED_BYTES };
  const coding = isDecoded ? undefined : findHeader(headers, 'content-encoding');
  const decoded = await decodeBody(body, coding, limits);
  const text = isDecoded
    ? decoded.body.toString()
    : decodeCharset(decoded.body, findHeader(headers, 'content-type')).body;
  return {
    headers: pairHeaders(hideSecrets(headers)),
    body: text,
    isCut: decoded.isCut,
    undecoded: decoded.fault,
  };
}

/** Formats how the answers of two exchanges differ. */
export function formatAnswerDifference(difference: AnswerDifference): AnswerDifferenceReport {
  return { ...difference, headers: [...difference.headers] };
}

function pairHeaders(headers: readonly string[]): [string, string][] {
  return headers.flatMap((name, at) =>
    at % 2 === 0 ? [[name, headers[at + 1] ?? ''] as [string, string]] : [],
  );
}
