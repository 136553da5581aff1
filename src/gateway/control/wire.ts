// Exchanges as they go between processes: bytes as base64.
import type { Exchange, NewExchange } from '../exchanges/exchange.js';

/** A whole exchange as JSON. */
export interface ExchangeJson extends Omit<Exchange, 'requestBody' | 'answerBody'> {
  readonly requestBody: string;
  readonly answerBody: string;
}

/** See the head of this file. */
export function formatExchangeJson(exchange: Exchange): ExchangeJson {
  const [requestBody, answerBody] = [exchange.requestBody, exchange.answerBody].map((body) =>
    body.toString('base64'),
  );
  return { ...exchange, requestBody: requestBody ?? '', answerBody: answerBody ?? '' };
}

/** The way back. */
export function readExchangeJson(wired: ExchangeJson): NewExchange {
  return {
    ...wired,
    requestBody: Buffer.from(wired.requestBody, 'base64'),
    answerBody: Buffer.from(wired.answerBody, 'base64'),
  };
}
