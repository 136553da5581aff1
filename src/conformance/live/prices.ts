// The worst-case prices of a text and a call between the two numbers, from Twilio's Pricing API.
import { RelayPhoneError } from '../../errors.js';
import { classifyNumber } from '../../setup/price.js';
import type { Setup } from '../../setup/setup.js';
import { explaining } from '../../twilio/failure.js';

/** Prices in millionths of the account's currency. */
export interface WorstPrices {
  readonly currency: string;
  /** A segment: sending it, receiving it, and what carriers add. */
  readonly segment: number;
  /** A minute of a call, for both sides. */
  readonly call: number;
}

/** Carriers add fees that Twilio's Pricing API does not list; they are less than the price of the text. */
const FEE_FACTOR = 2;

/**
 * Reads the prices. Every price is the highest that the lists have for the countries of the two numbers.
 * See https://www.twilio.com/docs/messaging/api/pricing and https://www.twilio.com/docs/voice/pricing.
 *
 * @throws RelayPhoneError `needsUser` if a price is not listed, or in another currency than the account's; `refused` or
 *   `network` if Twilio could not look.
 */
export async function readWorstPrices(
  setup: Setup,
  numbers: readonly [string, string],
): Promise<WorstPrices> {
  const { client } = setup;
  const balance = await explaining('read the balance', client.account.balance.fetch());
  const currency = balance.currency.toUpperCase();
  const countries = [...new Set(numbers.map((number) => classifyNumber(number).country))];
  const prices = await Promise.all(countries.map((country) => readCountry(setup, country, currency)));
  return {
    currency,
    segment: Math.max(...prices.map(({ segment }) => segment)),
    call: Math.max(...prices.map(({ call }) => call)),
  };
}

async function readCountry(
  { client }: Setup,
  country: string | undefined,
  currency: string,
): Promise<Pick<WorstPrices, 'segment' | 'call'>> {
  if (country === undefined) throw unknownPrice('a number has no country');
  const { messaging, voice } = client.pricing.v1;
  const texts = await explaining('read the prices of texts', messaging.countries(country).fetch());
  const calls = await explaining('read the prices of calls', voice.countries(country).fetch());
  for (const { priceUnit } of [texts, calls])
    if (priceUnit.toUpperCase() !== currency)
      throw unknownPrice(
        `Twilio lists the prices of ${country} in ${priceUnit}, and the account pays in ${currency}`,
      );
  const outbound = texts.outboundSmsPrices as unknown as readonly { readonly prices: readonly Row[] }[];
  const sent = highest(outbound.flatMap(({ prices }) => prices));
  const received = highest(texts.inboundSmsPrices as unknown as readonly Row[]);
  const placed = highest(calls.outboundPrefixPrices as unknown as readonly Row[]);
  const answered = highest(calls.inboundCallPrices as unknown as readonly Row[]);
  const all = [sent, received, placed, answered];
  if (all.some((price) => !Number.isFinite(price)))
    throw unknownPrice(`Twilio does not list all prices of ${country}`);
  return { segment: sent * FEE_FACTOR + received, call: placed + answered };
}

/** A row of a price list; the SDK leaves the rows of carriers as they come. */
interface Row {
  readonly current_price?: string;
  readonly currentPrice?: string | number;
  readonly base_price?: string;
  readonly basePrice?: string | number;
}

/** The highest price in millionths; -Infinity for an empty list, NaN if a row has none. */
function highest(rows: readonly Row[]): number {
  return Math.max(
    ...rows
      .flatMap((row) => [row.current_price ?? row.currentPrice, row.base_price ?? row.basePrice ?? 0])
      .map(toMillionths),
  );
}

function toMillionths(amount: string | number | undefined): number {
  return amount === undefined ? Number.NaN : Math.ceil(Number(amount) * 1_000_000);
}

function unknownPrice(reason: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: 'find out what the behaviours cost',
    reason,
    tryNext: [
      'relay-phone conformance --live with other numbers',
      'relay-phone conformance --live --only accounts, and other free groups',
    ],
  });
}
