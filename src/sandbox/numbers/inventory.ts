// The numbers that the sandbox sells: valid ones that are reserved for fiction, in blocks.
import { LONDON, type Locality, readAreas } from './localities.js';

/** The types of numbers, by their segment in paths. */
export const NUMBER_TYPES = { Local: 'local', Mobile: 'mobile', TollFree: 'toll-free' } as const;

/** A type of numbers, as in an owned number's `type`. */
export type NumberType = (typeof NUMBER_TYPES)[keyof typeof NUMBER_TYPES];

/** A number's capabilities. */
export interface Capabilities {
  readonly voice: boolean;
  readonly sms: boolean;
  readonly mms: boolean;
  /** Always false: Twilio ended fax. */
  readonly fax: false;
}

/** Numbers with the same country, type and place. */
export interface Block {
  readonly country: string;
  readonly type: NumberType;
  readonly areaCode?: string;
  /** Undefined for numbers without a place: toll-free and mobile ones. */
  readonly place?: Locality;
  readonly capabilities: Capabilities;
  /** The numbers, E.164 and ascending, are this and one of the ends. */
  readonly prefix: string;
  /** Four digits each. */
  readonly ends: readonly string[];
}

const ALL_CAPABILITIES: Capabilities = { voice: true, sms: true, mms: true, fax: false };
const NO_MMS: Capabilities = { voice: true, sms: true, mms: false, fax: false };

const TOLL_FREE_CODES = ['800', '833', '844', '855', '866', '877', '888'];

/** The last digits, after +61 491 57, of Australia's fictional mobile numbers; the last ten are left for phones. */
const AUSTRALIAN_ENDS =
  '0006 0156 0157 0158 0159 0110 0313 0737 1266 1491 1804 2549 2665 2983 3770 3087 4118 4632 5254 5789';

const END_LENGTH = 4;
/** 0100 to 0189: one list for all blocks, because there are hundreds. */
const NINETY = Array.from({ length: 90 }, (_, index) => String(100 + index).padStart(END_LENGTH, '0'));

let blocks: readonly Block[] | undefined;

/**
 * Returns all blocks. North America: 555-0100 to 555-0189 of each area code (0190 to 0199 are left for phones).
 * Britain and Australia: the numbers that their regulators reserve for fiction, London's 020 7946 0xxx and mobile
 * numbers. Britain's fictional mobile numbers, 07700 900xxx, are missing: libphonenumber does not call them valid.
 */
export function readInventory(): readonly Block[] {
  blocks ??= [
    ...readAreas().map(
      ({ country, areaCode, ...place }): Block => ({
        country,
        type: 'local',
        areaCode,
        place,
        capabilities: ALL_CAPABILITIES,
        prefix: `+1${areaCode}555`,
        ends: NINETY,
      }),
    ),
    ...TOLL_FREE_CODES.map(
      (areaCode): Block => ({
        country: 'US',
        type: 'toll-free',
        areaCode,
        capabilities: ALL_CAPABILITIES,
        prefix: `+1${areaCode}555`,
        ends: NINETY,
      }),
    ),
    {
      country: 'GB',
      type: 'local',
      place: LONDON,
      capabilities: NO_MMS,
      prefix: '+44207946',
      ends: NINETY,
    },
    {
      country: 'AU',
      type: 'mobile',
      capabilities: NO_MMS,
      prefix: '+6149157',
      ends: AUSTRALIAN_ENDS.split(' '),
    },
  ];
  return blocks;
}

let blockByPrefix: ReadonlyMap<string, Block> | undefined;

/** Returns the block of a number (E.164), or undefined if it is never for sale. */
export function findBlock(number: string): Block | undefined {
  blockByPrefix ??= new Map(readInventory().map((block) => [block.prefix, block]));
  const block = blockByPrefix.get(number.slice(0, -END_LENGTH));
  return block?.ends.includes(number.slice(-END_LENGTH)) ? block : undefined;
}

/** The countries with numbers for sale, by code. */
export const COUNTRIES: Readonly<Record<string, string>> = {
  AU: 'Australia',
  CA: 'Canada',
  GB: 'United Kingdom',
  PR: 'Puerto Rico',
  US: 'United States',
};
