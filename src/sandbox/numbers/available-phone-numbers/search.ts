// Searches the inventory with the filters of Twilio's number search.
import { type Block, type Capabilities, findBlock, type NumberType, readInventory } from '../inventory.js';
import type { Locality } from '../localities.js';

/** The filters of a search; a missing one matches everything. */
export interface Criteria {
  readonly country: string;
  readonly type: NumberType;
  readonly areaCode?: string | undefined;
  readonly pattern?: RegExp | undefined;
  readonly inRegion?: string | undefined;
  readonly inLocality?: string | undefined;
  readonly inRateCenter?: string | undefined;
  readonly inPostalCode?: string | undefined;
  readonly inLata?: string | undefined;
  readonly near?: Vicinity | undefined;
  readonly capabilities?: readonly (keyof Capabilities)[];
}

/** The area within some miles of a point. */
export interface Vicinity {
  readonly latitude: number;
  readonly longitude: number;
  readonly miles: number;
}

/** A number for sale. */
export interface Offer {
  readonly number: string;
  readonly block: Block;
}

/** True if a country has numbers of a type. */
export function isSold(country: string, type: NumberType): boolean {
  return readInventory().some((block) => block.country === country && block.type === type);
}

/**
 * Returns the matching numbers that are not `taken`, from `offset` on, at most `limit`. They are the first of every
 * block, then the second of every block, and so on, so that a short list shows many places. The order never changes.
 */
export function searchInventory(
  criteria: Criteria,
  taken: ReadonlySet<string>,
  limit: number,
  offset = 0,
): Offer[] {
  const blocks = readInventory().filter((block) => matchesBlock(block, criteria));
  const offers: Offer[] = [];
  const longest = Math.max(0, ...blocks.map((block) => block.ends.length));
  for (let row = 0; row < longest && offers.length < offset + limit; row += 1) {
    for (const block of blocks) {
      const end = block.ends[row];
      const number = end && block.prefix + end;
      if (number && !taken.has(number) && (criteria.pattern?.test(number) ?? true))
        offers.push({ number, block });
    }
  }
  return offers.slice(offset, offset + limit);
}

/** Returns the place of a number; undefined for a number without a place, or one that is never for sale. */
export function findPlace(number: string): Locality | undefined {
  return findBlock(number)?.place;
}

function matchesBlock(block: Block, criteria: Criteria): boolean {
  return (
    block.country === criteria.country &&
    block.type === criteria.type &&
    isSame(block.areaCode, criteria.areaCode) &&
    (criteria.capabilities ?? []).every((capability) => block.capabilities[capability]) &&
    matchesPlace(block.place, criteria)
  );
}

function matchesPlace(place: Locality | undefined, criteria: Criteria): boolean {
  return (
    isSame(place?.region, criteria.inRegion) &&
    isSame(place?.locality, criteria.inLocality) &&
    isSame(place?.rateCenter, criteria.inRateCenter) &&
    isSame(place?.postalCode, criteria.inPostalCode) &&
    isSame(place?.lata, criteria.inLata) &&
    (criteria.near === undefined ||
      (place !== undefined && distance(place, criteria.near) <= criteria.near.miles))
  );
}

function isSame(actual: string | null | undefined, wanted: string | undefined): boolean {
  return wanted === undefined || actual?.toLowerCase() === wanted.toLowerCase();
}

/** Miles between two points, along a great circle. */
function distance(a: Locality, b: Vicinity): number {
  const [north, south] = [radians(a.latitude), radians(b.latitude)];
  const across = radians(b.longitude - a.longitude);
  const cosine = Math.sin(north) * Math.sin(south) + Math.cos(north) * Math.cos(south) * Math.cos(across);
  return 3959 * Math.acos(Math.min(1, cosine));
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
