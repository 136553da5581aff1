// Assigns a phone number to every name in a story.
import { RelayPhoneError } from '../errors.js';
import type { StoryPorts } from './ports.js';
import { VARIABLE } from './step-schemas.js';
import type { NumberPlan, Story } from './story.js';

/** Who is who in a story that is played. */
export interface AssignedNumbers {
  /** The number of a name; a number is its own. */
  numberOf(name: string): string;
  /** The name of a number, or the number itself. */
  nameOf(number: string): string;
  /** A text with `$name` replaced by numbers; `quote` is done to each. */
  fill(words: string, quote?: (number: string) => string): string;
  readonly numbers: ReadonlyMap<string, string>;
  /** Gives up the numbers that were bought for the story. */
  release(): Promise<void>;
}

/** The area codes of phones that a story gives no number: 555-0100 to 555-0199 are nobody's. */
const AREA_CODES = ['212', '305', '415', '617', '312', '206'] as const;
const LINES = 100;
/** How many numbers there are before they come again: area and line change with each. */
const SUPPLY_SIZE = 300;

/**
 * A number that nobody has. Those of two indices next to each other differ in area and line; from -1 downwards they come
 * from the other end.
 */
export function formatSandboxNumber(index: number): string {
  const at = (modulus: number) => ((index % modulus) + modulus) % modulus;
  return `+1${AREA_CODES[at(AREA_CODES.length)]}5550${LINES + at(LINES)}`;
}

/**
 * Gives out the numbers. A phone behind a mask is the one that is verified in the app, if one is.
 *
 * @throws RelayPhoneError what the app or Twilio has against it, `needsUser` when another phone than the story's is verified.
 */
export async function assignNumbers(
  { phones, numbers }: Story,
  { control, app, account }: Pick<StoryPorts, 'control' | 'app' | 'account'>,
): Promise<AssignedNumbers> {
  const bought: string[] = [];
  const known = new Map<string, string>();
  const release = async () => {
    for (const number of bought.splice(0)) await account.giveUp(number);
  };
  const owners = new Set([...numbers.values()].map((plan) => (plan.kind === 'mask' ? plan.owner : '')));
  const free = await createSupply();
  for (const [name, number] of phones) {
    const verified = owners.has(name) ? await app.findOwner() : undefined;
    if (verified && number && verified !== number) throw createOwnerError(name, number, verified);
    known.set(name, number ?? verified ?? free());
  }
  try {
    for (const [name, plan] of numbers) known.set(name, await obtain(plan));
  } catch (error) {
    await release();
    throw error;
  }
  return createAssignedNumbers(known, release);

  async function obtain(plan: NumberPlan): Promise<string> {
    if (plan.kind === 'owned') return plan.number;
    if (plan.kind === 'mask') return app.takeMask(known.get(plan.owner) ?? '');
    const number = await account.buy(plan);
    bought.push(number);
    return number;
  }

  /** Nothing ever came to them, so that nobody knows them and nobody blocks them. */
  async function createSupply(): Promise<() => string> {
    const used = [...(await control.phones()).map(({ number }) => number), ...(await account.listOwned())];
    const taken = new Set([...used, ...phones.values()]);
    const all = Array.from({ length: SUPPLY_SIZE }, (_, index) => formatSandboxNumber(-1 - index));
    const supply = all.filter((number) => !taken.has(number));
    return () => supply.shift() ?? '';
  }
}

function createAssignedNumbers(
  numbers: ReadonlyMap<string, string>,
  release: AssignedNumbers['release'],
): AssignedNumbers {
  const names = new Map([...numbers].map(([name, number]) => [number, name]));
  const numberOf = (name: string) => numbers.get(name) ?? name;
  return {
    numbers,
    numberOf,
    nameOf: (number) => names.get(number) ?? number,
    fill: (words, quote = (number) => number) =>
      words.replace(VARIABLE, (_, name: string) => quote(name === '$' ? '$' : numberOf(name))),
    release,
  };
}

function createOwnerError(name: string, number: string, verified: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `put ${name} (${number}) behind a mask`,
    reason: `${verified} is verified in the app, and a user has one phone`,
    tryNext: [`leave the number of ${name} out of the story: then it is the one that is verified`],
  });
}
