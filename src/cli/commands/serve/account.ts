// Prepares the account for a relay: the TwiML app leads to it, and the mask to the app.
import { RelayPhoneError } from '../../../errors.js';
import type { RunningRelay } from '../../../relay/create.js';
import { runSetup } from '../../../setup/run.js';
import type { Setup } from '../../../setup/setup.js';
import { attachNumberStep } from '../../../setup/steps/attach-number.js';
import { findPublicBase } from '../../../setup/steps/public-base.js';
import { twimlAppStep } from '../../../setup/steps/twiml-app.js';
import type { StateFolder } from '../../../state/folder.js';
import { acquireLock, type LockOptions } from '../../../state/lock.js';

/** A mask and the phone behind it. */
export interface MaskAndPhone {
  readonly mask: string;
  readonly realNumber: string;
}

/**
 * Where Twilio reaches the relay: in the sandbox where it listens, unless somebody names another place.
 *
 * @throws RelayPhoneError `needsUser` when only the user can say, `usage` when what was said cannot serve.
 */
export function choosePublicBase(setup: Setup, origin: string): string {
  const { publicUrl: source } = setup.sources;
  const isMeant = source === 'flag' || setup.environment.RELAY_PHONE_PUBLIC_URL !== undefined;
  // What SITE_ORIGIN or .env says is where the app is, which may be another program's port.
  if (setup.target === 'sandbox' && !isMeant) return origin;
  const base = findPublicBase(setup);
  if (base !== undefined) return base;
  throw new RelayPhoneError({
    kind: 'needsUser',
    task: 'find the public base',
    reason: 'Twilio needs a public https address under which it reaches the relay, and none was given',
    tryNext: [
      `relay-phone serve --public-url https://your-name.ngrok.app, with a tunnel to ${origin}`,
      'relay-phone serve --sandbox, which needs none',
    ],
  });
}

/**
 * The mask and the real number that were asked for; undefined when none was.
 *
 * @throws RelayPhoneError `needsUser` when there is no number to use as a mask, `usage` when both are the same.
 */
export function findMaskAndPhone({ settings }: Setup, named: string | undefined): MaskAndPhone | undefined {
  const { realNumber, mainNumber } = settings;
  if (realNumber === undefined) return undefined;
  const mask = named ?? mainNumber;
  if (mask === undefined) throw noMask();
  if (mask !== realNumber) return { mask, realNumber };
  throw new RelayPhoneError({
    kind: 'usage',
    task: 'start the relay',
    reason: `${mask} cannot be both the mask and the phone behind it`,
    tryNext: ['--real-number +1…, with your own phone'],
  });
}

/** Makes the changes, after a yes, one process at a time; each is in the journal, so that `undo` takes it back. */
export async function prepareAccount(
  setup: Setup,
  { publicBase, pair }: { readonly publicBase: string; readonly pair: MaskAndPhone | undefined },
  folder: StateFolder,
  waiting: LockOptions,
): Promise<void> {
  const lock = await acquireLock(folder, 'setup', waiting);
  try {
    setup.facts.publicBase = publicBase;
    if (pair) setup.facts.mask = { phoneNumber: pair.mask };
    await runSetup<string>(setup, pair ? [twimlAppStep, attachNumberStep] : [twimlAppStep]);
  } finally {
    lock.release();
  }
}

/**
 * Checks, before anything is changed, that a mask is free or stands in front of this phone.
 *
 * @throws RelayPhoneError `needsUser` when not.
 */
export function verifyMasks({ masks }: RunningRelay, pair: MaskAndPhone | undefined): void {
  const known = pair && masks.find(pair.mask);
  if (known && known.realNumber !== pair.realNumber) throw takenMask(pair.mask);
}

/** Says, for people, that there is no mask yet, and what leads to one. */
export function describeNoMask({ phones }: RunningRelay): string[] {
  const phone = phones.findVerified();
  if (phone) {
    return [
      `${phone.number} is verified, and no mask stands in front of it yet: the user API buys one (live with --buy only),`,
      'or --real-number with that number takes the main number.',
    ];
  }
  return [
    'No phone is behind a mask yet. Put yours there with relay-phone serve --real-number +1…,',
    'or while this runs with the user API, as relay-phone send-test --verify --mask does.',
  ];
}

function noMask(): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: 'start the relay',
    reason: 'there is no main number to use as the mask, and no other was named',
    tryNext: ['relay-phone init, which finds or buys one', '--mask with a number that the account owns'],
  });
}

function takenMask(mask: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: 'start the relay',
    reason: `${mask} stands in front of another phone already`,
    tryNext: [
      'leave --real-number out',
      '--mask with another number',
      '--state-dir PATH for a relay of its own',
    ],
  });
}
