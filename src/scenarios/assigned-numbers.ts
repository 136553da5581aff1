// Assigns a phone number to every name in a story.
import { RelayPhoneError } from '../errors.js';
import type { StoryPorts } from './ports.js';
import { VARIABLE } from './step-schemas.js';
import type { NumberPlan, Story } from './story.js';

/** The phone numbers of the names in a story. */
export interface AssignedNumbers {
  /** Returns the number of a name. A phone number is returned as it is. */
  numberOf(name: string): string;
  /** Returns the name of a number, or the number itself if no name has it. */
  nameOf(number: string): string;
  /** Replaces each `$name` in a text by its number. @param quote is applied to each number */
  fill(text: string, quote?: (number: string) => string): string;
  readonly numbers: ReadonlyMap<string, string>;
  /** Releases the numbers that were bought for the story. */
  release(): Promise<void>;
}

/** The area codes of phones without a number in the story. 555-0100 to 555-0199 belong to nobody. */
const AREA_CODES = ['212', '305', '415', '617', '312', '206'] as const;
const [FIRST_LINE, LINE_COUNT] = [100, 100];
/** The count of different numbers: the least common multiple of the counts of area codes and lines. */
const SUPPLY_SIZE = 300;

/**
 * Formats an E.164 number that belongs to nobody. Neighbouring indices differ in area code and line. A negative index
 * counts from the end of the supply.
 */
export function formatSandboxNumber(index: number): string {
  const wrap = (modulus: number) => ((index % modulus) + modulus) % modulus;
  return `+1${AREA_CODES[wrap(AREA_CODES.length)]}5550${FIRST_LINE + wrap(LINE_COUNT)}`;
}

/**
 * Assigns a number to each name. Phones get an unused fictional one, masks come from the app, numbers from the account.
 * The owner of a mask gets the phone that is verified in the app, if there is one.
 *
 * @throws RelayPhoneError of the app or Twilio; `needsUser` if the story names another phone than the verified one.
 */
export async function assignNumbers(
  { phones, numbers }: Story,
  { control, app, account }: Pick<StoryPorts, 'control' | 'app' | 'account'>,
): Promise<AssignedNumbers> {
  const bought: string[] = [];
  const known = new Map<string, string>();
  const release = async () => {
    for (const number of bought.splice(0)) await account.release(number);
  };
  const owners = new Set([...numbers.values()].map((plan) => (plan.kind === 'mask' ? plan.owner : '')));
  const takeFree = await createSupply();
  for (const [name, number] of phones) {
    const verified = owners.has(name) ? await app.findOwner() : undefined;
    if (verified && number && verified !== number) throw createOwnerError(name, number, verified);
    known.set(name, number ?? verified ?? takeFree());
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

  /** Only numbers that the sandbox has never seen: no opt-out and no earlier text affects them. */
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
    fill: (text, quote = (number) => number) =>
      text.replace(VARIABLE, (_, name: string) => quote(name === '$' ? '$' : numberOf(name))),
    release,
  };
}

function createOwnerError(name: string, number: string, verified: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `use ${name} (${number}) as the owner of a mask`,
    reason: `${verified} is verified in the app, and a user has only one phone`,
    tryNext: [`remove the number of ${name} from the story: then it gets the verified one`],
  });
}
