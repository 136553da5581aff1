// Random acts of people with phones and of an app that uses the REST API, during calls.
import fc from 'fast-check';
import { RelayPhoneError } from '../../../src/errors.js';
import type { Behaviour } from '../../../src/sandbox/phones/behaviour.js';
import type { PhoneCall } from '../../../src/sandbox/phones/calls/phone-call.js';
import { PAGES, twiml } from './documents.js';
import { OWNED, PHONES, type Stage } from './stage.js';

/** One act. `nth` selects one of the existing calls. */
export type Act =
  | { readonly do: 'advance'; readonly time: number }
  | { readonly do: 'behave'; readonly phone: string; readonly behaviour: Behaviour }
  | { readonly do: 'call'; readonly phone: string; readonly to: string }
  | { readonly do: 'use-phone'; readonly nth: number; readonly action: PhoneAction }
  | { readonly do: 'place'; readonly form: Form }
  | { readonly do: 'update'; readonly nth: number; readonly form: Form }
  | { readonly do: 'delete'; readonly nth: number };

type Form = Readonly<Record<string, string>>;
type PhoneAction = 'answer' | 'reject' | 'hangUp' | { readonly keys: string } | { readonly words: string };

const nth = fc.nat({ max: 20 });
const phone = fc.constantFrom(...PHONES);
const owned = fc.constantFrom(...OWNED);
const time = fc.oneof(fc.constantFrom(1, 2, 5, 10, 100, 1000, 30_000), fc.nat({ max: 20_000 }));
const behaviour = fc.record({
  calls: fc.constantFrom('answers', 'answers', 'busy', 'rejects', 'no-answer'),
  slow: fc.constantFrom(0, 0, 1000, 45_000),
});
const phoneAction = fc.oneof(
  fc.constantFrom('answer', 'reject', 'hangUp'),
  fc.record({ keys: fc.constantFrom('1', '#', '*', '5*', '12#') }),
  fc.record({ words: fc.constantFrom('Hello', 'Please call me') }),
);

/** Status callbacks go to `/progress`, which answers nothing. */
const progress = {
  StatusCallback: 'APP/progress',
  StatusCallbackEvent: 'initiated ringing answered completed',
};
const source = fc.oneof(
  fc.constantFrom(...PAGES).map((page) => ({ Url: `APP${page}` })),
  twiml.map((Twiml) => ({ Twiml })),
);
const placement = fc
  .record({ From: owned, To: fc.oneof({ weight: 9, arbitrary: phone }, { weight: 1, arbitrary: owned }) })
  .chain((numbers) => source.map((what) => ({ ...numbers, ...what, ...progress })));
const change = fc.oneof(
  source,
  fc.record({ Status: fc.constantFrom('completed', 'canceled') }),
  fc.record({ TimeLimit: fc.constantFrom('1', '60') }),
);

const advance = fc.record({ do: fc.constant('advance'), time });
const call = fc.record({ do: fc.constant('call'), phone, to: owned });
const usePhone = fc.record({ do: fc.constant('use-phone'), nth, action: phoneAction });

/** Lists of acts, performed in order. */
export const stories: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof<fc.Arbitrary<Act>[]>(
    advance,
    advance,
    call,
    call,
    fc.record({ do: fc.constant('place'), form: placement }),
    fc.record({ do: fc.constant('behave'), phone, behaviour }),
    usePhone,
    usePhone,
    fc.record({ do: fc.constant('update'), nth, form: change }),
    fc.record({ do: fc.constant('delete'), nth }),
  ),
  { minLength: 8, maxLength: 20 },
);

/** Performs one act. @returns the HTTP status of a REST request, undefined for an act of a phone or the clock */
export async function perform(stage: Stage, one: Act): Promise<number | undefined> {
  const { sandbox, rest } = stage;
  switch (one.do) {
    case 'advance':
      return void (await sandbox.clock.advance(one.time));
    case 'behave':
      return void sandbox.phone(one.phone).behave(one.behaviour);
    case 'call':
      return void sandbox.phone(one.phone).call(one.to);
    case 'use-phone':
      return void actInCall(pick(findLiveCalls(stage), one.nth), one.action);
    case 'place':
      return rest('POST', 'Calls', one.form);
    case 'update':
      return rest('POST', `Calls/${pickSid(stage, one.nth)}`, one.form);
    case 'delete':
      return rest('DELETE', `Calls/${pickSid(stage, one.nth)}`);
  }
}

/** The calls of all phones that have not ended. */
export function findLiveCalls({ sandbox }: Stage): PhoneCall[] {
  return PHONES.flatMap((number) => sandbox.phone(number).liveCalls());
}

/** Does nothing if the state of the call does not allow the action. */
function actInCall(call: PhoneCall | undefined, action: PhoneAction): void {
  try {
    if (typeof action === 'string') call?.[action]();
    else if ('keys' in action) call?.press(action.keys);
    else call?.say(action.words);
  } catch (error) {
    if (!(error instanceof RelayPhoneError)) throw error;
  }
}

function pickSid(stage: Stage, nth: number): string {
  return pick(stage.calls(), nth)?.sid ?? 'CA0';
}

function pick<Item>(items: readonly Item[], nth: number): Item | undefined {
  return items[nth % Math.max(1, items.length)];
}
