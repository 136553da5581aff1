// The three price lists of a country as the pricing API shows them.
import { formatMoney } from '../../platform/formats.js';
import { MOBILE } from '../lookups/subject.js';
import type { Tariff } from './tariff.js';

/** Writes the part of a country's answer that its product has. */
export type PriceFormat = (tariff: Tariff) => Record<string, unknown>;

/** Monthly prices; see https://www.twilio.com/docs/phone-numbers/pricing. */
export function formatNumberPrices({ numbers }: Tariff) {
  const prices = Object.entries(numbers);
  return {
    phone_number_prices: prices.map(([type, price]) => ({ number_type: wireType(type), ...both(price) })),
  };
}

/** Prices of a segment; see https://www.twilio.com/docs/messaging/api/pricing. */
export function formatMessagingPrices({ numbers, text, receivedText }: Tariff) {
  const types = Object.keys(numbers).map(wireType);
  const priceList = (price: number) => types.map((type) => ({ number_type: type, ...both(price) }));
  return {
    outbound_sms_prices: [
      {
        carrier: MOBILE.carrier,
        mcc: MOBILE.mobileCountryCode,
        mnc: MOBILE.mobileNetworkCode,
        prices: priceList(text),
      },
    ],
    inbound_sms_prices: priceList(receivedText),
  };
}

/** Prices of a minute; see https://www.twilio.com/docs/voice/pricing. */
export function formatVoicePrices({ country, numbers, minute, receivedMinute, prefix }: Tariff) {
  const friendlyName = `Programmable Outbound Minute - ${country}`;
  return {
    outbound_prefix_prices: [{ prefixes: [prefix], friendly_name: friendlyName, ...both(minute) }],
    inbound_call_prices: Object.keys(numbers).map((type) => ({
      number_type: wireType(type),
      ...both(receivedMinute),
    })),
  };
}

function wireType(type: string): string {
  return type.replace('-', ' ');
}

function both(price: number) {
  const text = formatMoney(price, 2);
  return { base_price: text, current_price: text };
}
