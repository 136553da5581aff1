// The list of smoke's checks, and the choice of some of them.
import { RelayPhoneError } from '../../errors.js';
import { findNearest } from '../../nearest.js';
import { ACCEPTED_CHECKS, REFUSED_CHECKS } from './account/magic-numbers.js';
import { clockCheck, signInCheck } from './account/sign-in.js';
import { appUpCheck, signingTokenCheck } from './app/app-under-test.js';
import { CALLBACK_CHECKS, INBOUND_CHECKS } from './app/webhooks.js';
import { type AnySmokeCheck, SMOKE_PARTS, type SmokePart } from './smoke-context.js';
import { STORY_CHECKS } from './story/story.js';

/** In the order in which they are shown, each behind those it needs. */
export const SMOKE_CHECKS: readonly AnySmokeCheck[] = [
  signInCheck,
  clockCheck,
  ...ACCEPTED_CHECKS,
  ...REFUSED_CHECKS,
  signingTokenCheck,
  appUpCheck,
  ...CALLBACK_CHECKS,
  ...INBOUND_CHECKS,
  ...STORY_CHECKS,
];

/** What is chosen: ids of checks, or names of parts. */
export interface CheckSelection {
  /** Nothing else, but for what these need. Empty: all. */
  readonly only: readonly string[];
  /** None of these, and none that need them. */
  readonly skip: readonly string[];
}

/** The parts that `only` is about. @throws RelayPhoneError `usage` for a name that there is not */
export function findParts(only: readonly string[]): SmokePart[] {
  const chosen = SMOKE_CHECKS.filter((check) => only.some((name) => isNamed(check, verifyName(name))));
  return SMOKE_PARTS.filter((part) => chosen.some(({ group }) => group === part));
}

/**
 * The checks of `parts` that are chosen.
 *
 * @throws RelayPhoneError `usage` for a name that there is not, or when nothing is left
 */
export function selectChecks(parts: readonly SmokePart[], { only, skip }: CheckSelection): AnySmokeCheck[] {
  for (const name of [...only, ...skip]) verifyName(name);
  const offered = SMOKE_CHECKS.filter(({ group }) => parts.some((part) => part === group));
  const wanted = new Set(offered.filter((check) => only.some((name) => isNamed(check, name))));
  // From the last one on, for those that are needed stand before.
  for (const check of offered.toReversed())
    if ([...wanted].some(({ needs }) => needs.includes(check.id))) wanted.add(check);
  const left = new Set(
    offered.filter((check) => !skip.some((name) => isNamed(check, name))).map(({ id }) => id),
  );
  const chosen = offered.filter((check) => {
    if (!check.needs.every((id) => left.has(id))) left.delete(check.id);
    return left.has(check.id) && (only.length === 0 || wanted.has(check));
  });
  if (chosen.length > 0) return chosen;
  throw new RelayPhoneError({
    kind: 'usage',
    task: 'choose the checks',
    reason: 'nothing is left to look at',
    tryNext: ['relay-phone smoke --list, which shows what each needs'],
  });
}

function isNamed({ id, group }: AnySmokeCheck, name: string): boolean {
  return name === id || name === group;
}

function verifyName(name: string): string {
  const known = [...SMOKE_PARTS, ...SMOKE_CHECKS.map(({ id }) => id)];
  if (known.includes(name)) return name;
  const nearest = findNearest(name, known);
  throw new RelayPhoneError({
    kind: 'usage',
    task: 'choose the checks',
    reason: `there is no check and no part of smoke called ${name}`,
    tryNext: [...(nearest ? [`did you mean ${nearest}?`] : []), 'relay-phone smoke --list'],
  });
}
