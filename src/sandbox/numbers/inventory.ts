// The numbers the sandbox sells: valid ones that belong to nobody, a hundred to a block.
import { LONDON, type Locality, readAreas } from './localities.js';

/** The kinds of number a country may have, by the name of their path. */
export const NUMBER_TYPES = { Local: 'local', Mobile: 'mobile', TollFree: 'toll-free' } as const;

/** A kind of number, as an owned number's `type` names it. */
export type NumberType = (typeof NUMBER_TYPES)[keyof typeof NUMBER_TYPES];

/** What a number can do. */
export interface Capabilities {
  readonly voice: boolean;
  readonly sms: boolean;
  readonly mms: boolean;
  /** Never: Twilio ended it. */
  readonly fax: false;
}

/** Numbers that share a country, a type and a place. */
export interface Block {
  readonly country: string;
  readonly type: NumberType;
  readonly areaCode?: string;
  /** Missing for numbers that are at home nowhere: toll-free and mobile ones. */
  readonly place?: Locality;
  readonly capabilities: Capabilities;
  /** In E.164, ascending. */
  readonly numbers: readonly string[];
}

const EVERYTHING: Capabilities = { voice: true, sms: true, mms: true, fax: false };
const NO_PICTURES: Capabilities = { voice: true, sms: true, mms: false, fax: false };

const TOLL_FREE_CODES = ['800', '833', '844', '855', '866', '877', '888'];

/** The ends of the mobile numbers that Australia keeps for fiction, behind +61 491 57; the last ten are left to phones. */
const AUSTRALIAN_ENDS =
  '0006 0156 0157 0158 0159 0110 0313 0737 1266 1491 1804 2549 2665 2983 3770 3087 4118 4632 5254 5789';

let blocks: readonly Block[] | undefined;

/**
 * All blocks. In North America that is 555-0100 to 555-0189 of each area code (0190 to 0199 are left to phones),
 * in Britain and Australia what their regulators keep for fiction: London's 020 7946 0xxx, and thirty mobile numbers.
 * Britain's own fictional mobiles, 07700 900xxx, are none that libphonenumber calls valid.
 */
export function readInventory(): readonly Block[] {
  blocks ??= [
    ...readAreas().map(
      ({ country, areaCode, ...place }): Block => ({
        country,
        type: 'local',
        areaCode,
        place,
        capabilities: EVERYTHING,
        numbers: ninety(`+1${areaCode}555`),
      }),
    ),
    ...TOLL_FREE_CODES.map(
      (areaCode): Block => ({
        country: 'US',
        type: 'toll-free',
        areaCode,
        capabilities: EVERYTHING,
        numbers: ninety(`+1${areaCode}555`),
      }),
    ),
    { country: 'GB', type: 'local', place: LONDON, capabilities: NO_PICTURES, numbers: ninety('+44207946') },
    {
      country: 'AU',
      type: 'mobile',
      capabilities: NO_PICTURES,
      numbers: AUSTRALIAN_ENDS.split(' ').map((end) => `+6149157${end}`),
    },
  ];
  return blocks;
}

let blockByNumber: Map<string, Block> | undefined;

/** The block a number is in; undefined for a number that is not for sale anywhere. */
export function findBlock(number: string): Block | undefined {
  blockByNumber ??= new Map(
    readInventory().flatMap((block) => block.numbers.map((each) => [each, block] as const)),
  );
  return blockByNumber.get(number);
}

function ninety(prefix: string): string[] {
  return Array.from({ length: 90 }, (_, index) => `${prefix}${String(100 + index).padStart(4, '0')}`);
}

/** The countries with numbers for sale, by code. */
export const COUNTRIES: Readonly<Record<string, string>> = {
  AU: 'Australia',
  CA: 'Canada',
  GB: 'United Kingdom',
  PR: 'Puerto Rico',
  US: 'United States',
};
