// The Pricing API: a country's prices of numbers, messages and calls.
import { formatMoney } from '../../platform/formats.js';
import { answer, type RestAnswer } from '../../server/answer.js';
import { readQuery } from '../../server/form.js';
import { formatFixedPage, readPage } from '../../server/paging.js';
import { PAGING } from '../../server/parameters.js';
import { type RestContext, type RestRouter, verifyRowFound } from '../../server/router.js';
import { MOBILE } from '../lookups/subject.js';
import { findTariff, PRICED_COUNTRIES, type Tariff } from './tariff.js';

const HOST = 'https://pricing.twilio.com';

/** Adds the routes of https://www.twilio.com/docs/usage/api (Pricing, v1): for each product all countries, and one. */
export function addPricingRoutes(router: RestRouter): void {
  addProduct(router, '/v1/PhoneNumbers/Countries', formatNumberPrices);
  addProduct(router, '/v1/Messaging/Countries', formatMessagingPrices);
  addProduct(router, '/v1/Voice/Countries', formatVoicePrices);
}

function addProduct(router: RestRouter, path: string, format: PriceFormat): void {
  function describe(code: string) {
    return { country: findTariff(code)?.country, iso_country: code, url: `${HOST}${path}/${code}` };
  }

  function list(context: RestContext): RestAnswer {
    const request = readPage(readQuery(context));
    return answer(path, 200, formatFixedPage(HOST + path, request, 'countries', PRICED_COUNTRIES, describe));
  }

  router.get(path, list, PAGING);

  router.get(`${path}/:country`, (context) => {
    const code = context.params.country?.toUpperCase() ?? '';
    const tariff = verifyRowFound(context, findTariff(code));
    return answer(path, 200, { ...describe(code), ...format(tariff), price_unit: 'USD' });
  });
}

/** Formats the prices of one product in a country. */
type PriceFormat = (tariff: Tariff) => Record<string, unknown>;

/** Formats prices of numbers, per month; see https://www.twilio.com/docs/phone-numbers/pricing. */
function formatNumberPrices({ numbers }: Tariff) {
  const prices = Object.entries(numbers);
  return {
    phone_number_prices: prices.map(([type, price]) => ({
      number_type: formatNumberType(type),
      ...formatPrice(price),
    })),
  };
}

/** Formats prices of messages, per segment; see https://www.twilio.com/docs/messaging/api/pricing. */
function formatMessagingPrices({ numbers, text, receivedText }: Tariff) {
  const types = Object.keys(numbers).map(formatNumberType);
  const priceList = (price: number) => types.map((type) => ({ number_type: type, ...formatPrice(price) }));
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

/** Formats prices of calls, per minute; see https://www.twilio.com/docs/voice/pricing. */
function formatVoicePrices({ country, numbers, minute, receivedMinute, prefix }: Tariff) {
  const friendlyName = `Programmable Outbound Minute - ${country}`;
  return {
    outbound_prefix_prices: [{ prefixes: [prefix], friendly_name: friendlyName, ...formatPrice(minute) }],
    inbound_call_prices: Object.keys(numbers).map((type) => ({
      number_type: formatNumberType(type),
      ...formatPrice(receivedMinute),
    })),
  };
}

function formatNumberType(type: string): string {
  return type.replace('-', ' ');
}

function formatPrice(price: number) {
  const text = formatMoney(price, 2);
  return { base_price: text, current_price: text };
}
