// The list of smoke's checks, and the selection by --only and --skip.
import { RelayPhoneError } from '../../errors.js';
import { findNearest } from '../../nearest.js';
import { ACCEPTED_CHECKS, REFUSED_CHECKS } from './account/magic-numbers.js';
import { clockCheck, signInCheck } from './account/sign-in.js';
import { appUpCheck, signingTokenCheck, smokeHostCheck } from './app/app-under-test.js';
import { createNotInSandboxCheck } from './app/not-in-sandbox.js';
import { createPrivacyRulesCheck } from './app/privacy-rules.js';
import { CALLBACK_CHECKS, difficultFormsCheck, INBOUND_CHECKS } from './app/webhooks.js';
import { type AnySmokeCheck, SMOKE_PARTS, type SmokePart } from './smoke-context.js';
import { STORY_CHECKS } from './story/story.js';

const APP_CHECKS: readonly AnySmokeCheck[] = [
  signingTokenCheck,
  appUpCheck,
  smokeHostCheck,
  ...CALLBACK_CHECKS,
  difficultFormsCheck,
  ...INBOUND_CHECKS,
];

/** All checks, in the order in which they are shown. Each comes after the checks that it needs. */
export const SMOKE_CHECKS: readonly AnySmokeCheck[] = [
  signInCheck,
  clockCheck,
  ...ACCEPTED_CHECKS,
  ...REFUSED_CHECKS,
  ...APP_CHECKS,
  createNotInSandboxCheck(APP_CHECKS),
  createPrivacyRulesCheck(APP_CHECKS),
  ...STORY_CHECKS,
];

/** Which checks to run, by ids of checks or names of parts. */
export interface CheckSelection {
  /** Only these, and the checks that they need. Empty: all. */
  readonly only: readonly string[];
  /** Not these, and no check that needs them. */
  readonly skip: readonly string[];
}

/** Returns the parts with a check named by `only`. @throws RelayPhoneError `usage` for an unknown name */
export function findParts(only: readonly string[]): SmokePart[] {
  const chosen = SMOKE_CHECKS.filter((check) => only.some((name) => isNamed(check, verifyName(name))));
  return SMOKE_PARTS.filter((part) => chosen.some(({ group }) => group === part));
}

/**
 * Returns the selected checks of `parts`.
 *
 * @throws RelayPhoneError `usage` for an unknown name, or if no check is left
 */
export function selectChecks(parts: readonly SmokePart[], { only, skip }: CheckSelection): AnySmokeCheck[] {
  for (const name of [...only, ...skip]) verifyName(name);
  const available = SMOKE_CHECKS.filter(({ group }) => parts.some((part) => part === group));
  const selected = new Set(available.filter((check) => only.some((name) => isNamed(check, name))));
  // Backwards, because needed checks come first.
  for (const check of available.toReversed())
    if ([...selected].some(({ needs }) => needs.includes(check.id))) selected.add(check);
  const remaining = new Set(
    available.filter((check) => !skip.some((name) => isNamed(check, name))).map(({ id }) => id),
  );
  const chosen = available.filter((check) => {
    if (!check.needs.every((id) => remaining.has(id))) remaining.delete(check.id);
    return remaining.has(check.id) && (only.length === 0 || selected.has(check));
  });
  if (chosen.length > 0) return chosen;
  throw new RelayPhoneError({
    kind: 'usage',
    task: 'choose the checks',
    reason: 'no check is left',
    tryNext: ['relay-phone smoke --list, which shows all checks'],
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
    reason: `smoke has no check and no part called ${name}`,
    tryNext: [...(nearest ? [`did you mean ${nearest}?`] : []), 'relay-phone smoke --list'],
  });
}
