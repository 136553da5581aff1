// What it takes to work on a checkout: its Python, the user with phones, where the token is kept.
import { RelayPhoneError } from '../errors.js';
import type { StateFolder } from '../state/folder.js';
import type { CheckoutFault } from './fault.js';
import type { Checkout } from './find.js';
import { findKeptToken } from './kept-token.js';
import { findPython, type Python } from './python.js';
import type { CheckoutEnvironment } from './settings.js';

/** What looking at a checkout and preparing it start from. */
export interface CheckoutWork {
  readonly checkout: Checkout;
  readonly environment: CheckoutEnvironment;
  /** The Python to take; see {@link findPython}. */
  readonly named?: string | undefined;
  /** The user with phones; by default the one whose token was kept, else one of ours. */
  readonly email?: string | undefined;
  /** Where the token is kept; undefined when nothing was kept yet. */
  readonly folder: StateFolder | undefined;
  /** Ends the script that runs. */
  readonly signal?: AbortSignal | undefined;
}

/** The user that is made when none was named. */
const DEFAULT_EMAIL = 'phone-user@relay.localhost';

/** The e-mail address of the user with phones. */
export function chooseEmail({ email, folder }: CheckoutWork): string {
  return email ?? (folder && findKeptToken(folder)?.email) ?? DEFAULT_EMAIL;
}

/** The Python of the checkout, or why there is none. */
export function findCheckoutPython(work: CheckoutWork): Python | CheckoutFault {
  const { checkout, named } = work;
  const python = findPython({ ...work, named });
  if (python) return python;
  return {
    need: 'python',
    reason: named
      ? `there is no Python at ${named}`
      : `no virtual environment is active, and there is none in .venv, env or venv of ${checkout.path}`,
    tryNext: [
      'python3.11 -m venv .venv, then .venv/bin/python -m pip install -r requirements.txt, in the checkout',
      '--python PATH of the Python that has what Relay requires',
    ],
  };
}

/** The error that a fault is to somebody who wanted the checkout prepared. */
export function toPrepareError({ reason, tryNext }: CheckoutFault): RelayPhoneError {
  return new RelayPhoneError({ kind: 'needsUser', task: 'prepare the checkout', reason, tryNext });
}
