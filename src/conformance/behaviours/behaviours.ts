// All behaviours, in the order in which they run, and the choice of --only.
import { RelayPhoneError } from '../../errors.js';
import { findNearest } from '../../nearest.js';
import { BEHAVIOUR_GROUPS, type TwilioBehaviour } from '../behaviour.js';
import { ACCOUNT_BEHAVIOURS } from './accounts.js';
import { REFUSED_CALL_BEHAVIOURS } from './calls.js';
import { LOOKUP_BEHAVIOURS } from './lookups.js';
import { MESSAGE_BEHAVIOURS } from './messages.js';
import { NUMBER_BEHAVIOURS } from './numbers.js';
import { OPT_OUT_BEHAVIOURS } from './opt-outs.js';
import { PAGING_BEHAVIOURS } from './paging.js';
import { SERVICE_BEHAVIOURS } from './services.js';
import { TEXT_BEHAVIOURS } from './texts.js';
import { TWIML_TEXT_BEHAVIOURS } from './twiml-texts.js';
import { TWIML_VOICE_BEHAVIOURS } from './twiml-voice.js';
import { VOICE_BEHAVIOURS } from './voice.js';

/** See the first line. */
export const BEHAVIOURS: readonly TwilioBehaviour[] = [
  ...ACCOUNT_BEHAVIOURS,
  ...PAGING_BEHAVIOURS,
  ...NUMBER_BEHAVIOURS,
  ...LOOKUP_BEHAVIOURS,
  ...SERVICE_BEHAVIOURS,
  ...MESSAGE_BEHAVIOURS,
  ...REFUSED_CALL_BEHAVIOURS,
  ...TEXT_BEHAVIOURS,
  ...TWIML_TEXT_BEHAVIOURS,
  ...OPT_OUT_BEHAVIOURS,
  ...VOICE_BEHAVIOURS,
  ...TWIML_VOICE_BEHAVIOURS,
];

/**
 * Returns the behaviours of these groups and ids; all without any.
 *
 * @throws RelayPhoneError `usage` for a name that no behaviour has.
 */
export function selectBehaviours(names: readonly string[]): readonly TwilioBehaviour[] {
  if (names.length === 0) return BEHAVIOURS;
  const known = [...BEHAVIOUR_GROUPS, ...BEHAVIOURS.map(({ id }) => id)];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw noSuchBehaviour(unknown, known);
  return BEHAVIOURS.filter(({ id, group }) => names.includes(id) || names.includes(group));
}

function noSuchBehaviour(name: string, known: readonly string[]): RelayPhoneError {
  const meant = findNearest(name, known);
  return new RelayPhoneError({
    kind: 'usage',
    task: 'choose the behaviours',
    reason: `there is no behaviour and no group "${name}"`,
    tryNext: [
      ...(meant === undefined ? [] : [`relay-phone conformance --only ${meant}`]),
      'relay-phone conformance --list',
    ],
  });
}
