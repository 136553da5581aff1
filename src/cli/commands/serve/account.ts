// Prepares the account for the relay: points the TwiML app at it and attaches the mask to that app.
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
 * Returns the public base of the relay. In the sandbox it is the relay's own origin, unless `--public-url` or
 * `RELAY_PHONE_PUBLIC_URL` names another one.
 *
 * @throws RelayPhoneError `needsUser` if none is configured, `usage` if the configured one cannot be used.
 */
export function findRelayPublicBase(setup: Setup, origin: string): string {
  const { publicUrl: source } = setup.sources;
  const isForRelay = source === 'flag' || setup.environment.RELAY_PHONE_PUBLIC_URL !== undefined;
  // SITE_ORIGIN and .env name the address of the app, which may be on another port.
  if (setup.target === 'sandbox' && !isForRelay) return origin;
  const base = findPublicBase(setup);
  if (base !== undefined) return base;
  throw new RelayPhoneError({
    kind: 'needsUser',
    task: 'find the public base',
    reason: 'Twilio needs a public https address of the relay, and none was given',
    tryNext: [
      `relay-phone serve --public-url https://your-name.ngrok.app, with a tunnel to ${origin}`,
      'relay-phone serve --sandbox, which needs no public address',
    ],
  });
}

/**
 * Returns the mask and the real number of the settings; undefined without a real number.
 *
 * @throws RelayPhoneError `needsUser` if there is no number to use as the mask, `usage` if both are the same.
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

/** Makes the changes, with the user's consent, one process at a time. The journal records each one for `undo`. */
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
 * Checks, before anything is changed, that the mask is free or belongs to this phone.
 *
 * @throws RelayPhoneError `needsUser` if another phone is behind it.
 */
export function verifyMaskFree({ masks }: RunningRelay, pair: MaskAndPhone | undefined): void {
  const known = pair && masks.find(pair.mask);
  if (known && known.realNumber !== pair.realNumber) throw takenMask(pair.mask);
}

/** Returns the lines that say that there is no mask yet, and how to get one. */
export function describeNoMask({ phones }: RunningRelay): string[] {
  const phone = phones.findVerified();
  if (phone) {
    return [
      `${phone.number} is verified, and no mask stands in front of it yet: the user API buys one (live only with --buy),`,
      'and --real-number with that number uses the main number.',
    ];
  }
  return [
    'No phone is behind a mask yet. To add yours: relay-phone serve --real-number +1…,',
    'or relay-phone send-test --verify --mask in another terminal.',
  ];
}

function noMask(): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: 'start the relay',
    reason: 'there is no main number to use as the mask, and --mask names no other',
    tryNext: ['relay-phone init, which finds or buys one', '--mask NUMBER that the account owns'],
  });
}

function takenMask(mask: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: 'start the relay',
    reason: `${mask} already stands in front of another phone`,
    tryNext: [
      'leave out --real-number',
      '--mask NUMBER, for another mask',
      '--state-dir PATH, for a separate relay',
    ],
  });
}
