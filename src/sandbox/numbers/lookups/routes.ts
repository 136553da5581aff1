// Lookups of phone numbers, versions 1 and 2: https://www.twilio.com/docs/lookup.
import type { AccountStore } from '../../accounts/account/store.js';
import { answer, type RestAnswer } from '../../server/answer.js';
import { findValue, readQuery } from '../../server/form.js';
import { resourceNotFound } from '../../server/problem.js';
import type { RestContext, RestRouter } from '../../server/router.js';
import { lookupPrice } from '../pricing/tariff.js';
import { formatInvalid, formatLookupV1, formatLookupV2 } from './format.js';
import { LOOKUP_V1, LOOKUP_V2 } from './parameters.js';
import { explainInvalid, findLookedUpNumber } from './subject.js';

/** What the routes of lookups need. */
export interface LookupApiDeps {
  readonly accounts: Pick<AccountStore, 'charge'>;
}

const DEFAULT_COUNTRY = 'US';

/**
 * Adds the routes of lookups. Requested packages are charged, the number itself is free. An invalid number is free too:
 * 404/20404 in version 1, an answer with `valid: false` in version 2.
 */
export function addLookupRoutes(router: RestRouter, { accounts }: LookupApiDeps): void {
  function lookUpV1(context: RestContext): RestAnswer {
    const { text, country, query } = readLookup(context);
    const subject = findLookedUpNumber(text, country);
    if (!subject) throw resourceNotFound(`/PhoneNumbers/${text}`);
    const types = query.getAll('Type');
    accounts.charge(lookupPrice(types));
    const search = query.size === 0 ? '' : `?${query}`;
    return answer(context.path, 200, formatLookupV1(subject, types, search));
  }

  function lookUpV2(context: RestContext): RestAnswer {
    const { text, country, query } = readLookup(context);
    const subject = findLookedUpNumber(text, country);
    if (!subject) return answer(context.path, 200, formatInvalid(text, explainInvalid(text, country)));
    const fields = readLookupFields(query);
    accounts.charge(lookupPrice(fields));
    return answer(context.path, 200, formatLookupV2(subject, fields));
  }

  router.get('/v1/PhoneNumbers/:number', lookUpV1, LOOKUP_V1);
  router.get('/v2/PhoneNumbers/:number', lookUpV2, LOOKUP_V2);
}

/** Reads the number, the country and the query of a request. */
export function readLookup(context: RestContext) {
  const query = readQuery(context);
  const country = findValue(query, 'CountryCode')?.toUpperCase() ?? DEFAULT_COUNTRY;
  return { text: context.params.number ?? '', country, query };
}

/** Reads the requested packages of version 2. */
export function readLookupFields(query: URLSearchParams): string[] {
  return (findValue(query, 'Fields') ?? '').split(',').map((field) => field.trim());
}
