// Talks to an app's user API as Firefox Relay's own pages do: verify a phone, take a mask.
import * as z from 'zod';
import { RelayPhoneError } from '../errors.js';
import { type AppApiOptions, type Asking, answerTo, type Request } from './asking.js';
import type { ExplainedRefusal } from './explain.js';
import type { AppQuestion } from './meaning.js';

/** A number that could become a mask. */
export type Suggestion = z.infer<typeof suggestion>;

/**
 * The API of one app. Every method throws a RelayPhoneError that explains the answer, and gives back the refusals that
 * mean what was asked for is there already.
 */
export interface RelayApi {
  /** Asks for a verification text to `number`. */
  sendCode(number: string): Promise<'sent' | ExplainedRefusal>;
  /** Verifies `number` with the code of that text. */
  verify(number: string, code: string): Promise<void>;
  /** Numbers for a mask, the most alike to the user's own first. */
  suggest(number: string): Promise<readonly Suggestion[] | ExplainedRefusal>;
  /** Takes a mask, which buys it at Twilio. Not repeated after an unclear answer: it may be bought. */
  take(mask: string): Promise<'taken' | ExplainedRefusal>;
  /** The user's masks. */
  listMasks(): Promise<readonly string[]>;
  /** The phone that the user has verified; undefined before that. */
  findVerified(): Promise<string | undefined>;
  /** Blocks somebody who has texted or called the mask, or no longer. */
  block(contact: string, isBlocked: boolean): Promise<void>;
}

const suggestion = z.looseObject({
  phone_number: z.string(),
  friendly_name: z.string().nullish(),
  locality: z.string().nullish(),
  region: z.string().nullish(),
});
const group = z
  .array(suggestion)
  .nullish()
  .transform((list) => list ?? []);
const suggestions = z.looseObject({
  same_prefix_options: group,
  other_areas_options: group,
  same_area_options: group,
  random_options: group,
});
const numbered = z.looseObject({ number: z.string() });
const phone = z.looseObject({ number: z.string(), verified: z.boolean() });
const contact = z.looseObject({ id: z.number(), inbound_number: z.string() });

/** Opens the API of an app; nothing is sent yet. */
export function createRelayApi(options: AppApiOptions): RelayApi {
  const ask = <T>(
    what: Pick<AppQuestion, 'task' | 'number' | 'texts'>,
    request: Request<T>,
  ): Promise<Asking<T>> => answerTo(options, { ...options, ...what }, request);

  return {
    sendCode: async (number) => {
      const request = { path: 'realphone/', body: { number }, schema: numbered };
      const { refusal } = await ask({ task: `have the app text ${number}`, number, texts: true }, request);
      return refusal ? known(refusal, 'verified', 'pending') : 'sent';
    },
    verify: async (number, code) => {
      const body = { number, verification_code: code };
      const request = { path: 'realphone/', body, schema: numbered };
      const { refusal } = await ask({ task: `verify ${number}`, number }, request);
      if (refusal) throw refusal.error;
    },
    suggest: async (number) => {
      const request = { path: 'relaynumber/suggestions/', schema: suggestions };
      const { refusal, value } = await ask({ task: 'get suggestions for a mask', number }, request);
      return refusal ? known(refusal, 'has-mask', 'wordless') : flatten(value);
    },
    take: async (number) => {
      const request = { path: 'relaynumber/', body: { number }, schema: numbered };
      const { refusal } = await ask({ task: `take the mask ${number}`, number }, request);
      return refusal ? known(refusal, 'has-mask') : 'taken';
    },
    listMasks: async () => {
      const request = { path: 'relaynumber/', schema: z.array(numbered) };
      const { refusal, value } = await ask({ task: 'look for the mask', number: '' }, request);
      if (refusal) throw refusal.error;
      return value.map(({ number }) => number);
    },
    findVerified: async () => {
      const request = { path: 'realphone/', schema: z.array(phone) };
      const { refusal, value } = await ask({ task: 'look for the verified phone', number: '' }, request);
      if (refusal) throw refusal.error;
      return value.find(({ verified }) => verified)?.number;
    },
    block: async (number, isBlocked) => {
      const what = { task: `${isBlocked ? 'block' : 'unblock'} ${number}`, number };
      const listed = await ask(what, { path: 'inboundcontact/', schema: z.array(contact) });
      if (listed.refusal) throw listed.refusal.error;
      const found = listed.value.find(({ inbound_number }) => inbound_number === number);
      if (!found) throw noContact(what.task);
      const body = { blocked: isBlocked };
      const path = `inboundcontact/${found.id}/`;
      const { refusal } = await ask(what, { method: 'PATCH', path, body, schema: z.unknown() });
      if (refusal) throw refusal.error;
    },
  };
}

function noContact(task: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'fault',
    task,
    reason: 'the app knows of nobody with this number: only who texted or called the mask can be blocked',
  });
}

function known(refusal: ExplainedRefusal, ...ids: readonly ExplainedRefusal['id'][]): ExplainedRefusal {
  if (refusal.id && ids.includes(refusal.id)) return refusal;
  throw refusal.error;
}

function flatten(groups: z.infer<typeof suggestions>): Suggestion[] {
  const { same_prefix_options, same_area_options, other_areas_options, random_options } = groups;
  return [...same_prefix_options, ...same_area_options, ...other_areas_options, ...random_options];
}
