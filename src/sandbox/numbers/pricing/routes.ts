// The price lists of the pricing API.
import { answer } from '../../server/answer.js';
import { readQuery } from '../../server/form.js';
import { formatFixedPage, readPage } from '../../server/paging.js';
import type { RestApp, RestContext } from '../../server/router.js';
import { verifyRowFound } from '../../server/router.js';
import { formatMessagingPrices, formatNumberPrices, formatVoicePrices, type PriceFormat } from './format.js';
import { findTariff, PRICED_COUNTRIES } from './tariff.js';

const HOST = 'https://pricing.twilio.com';

/** Routes of https://www.twilio.com/docs/usage/api (pricing, v1): a list and a country's page of three products. */
export function addPricingRoutes(app: RestApp): void {
  addProduct(app, '/v1/PhoneNumbers/Countries', formatNumberPrices);
  addProduct(app, '/v1/Messaging/Countries', formatMessagingPrices);
  addProduct(app, '/v1/Voice/Countries', formatVoicePrices);
}

function addProduct(app: RestApp, path: string, format: PriceFormat): void {
  function describe(code: string) {
    return { country: findTariff(code)?.country, iso_country: code, url: `${HOST}${path}/${code}` };
  }

  app.get(path, (context: RestContext) => {
    const request = readPage(readQuery(context));
    return answer(path, 200, formatFixedPage(HOST + path, request, 'countries', PRICED_COUNTRIES, describe));
  });

  app.get(`${path}/:country`, (context) => {
    const code = context.params.country ?? '';
    const tariff = verifyRowFound(context, findTariff(code));
    return answer(path, 200, { ...describe(code), ...format(tariff), price_unit: 'USD' });
  });
}
