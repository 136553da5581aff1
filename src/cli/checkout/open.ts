// Opens the checkout that a `checkout` command was started for.
import { resolve } from 'node:path';
import { RelayPhoneError } from '../../errors.js';
import type { CheckoutWork } from '../../firefox-relay/work.js';
import { findStateFolder } from '../../state/folder.js';
import type { CliPorts } from '../context.js';
import type { CheckoutCommandFlags } from '../flags.js';
import { type CommandContext, openCommandContext } from '../ground.js';

/** A checkout to look at or to prepare. */
export interface OpenedCheckout {
  readonly ground: CommandContext;
  readonly work: CheckoutWork;
}

/**
 * Finds the checkout. A script that runs in it ends with us.
 *
 * @throws RelayPhoneError `needsUser` where there is none, `usage` for an e-mail address that is none.
 */
export async function openCheckout(context: CliPorts, flags: CheckoutCommandFlags): Promise<OpenedCheckout> {
  const { email, python } = flags;
  if (email !== undefined && !/^[^\s@-][^\s@]*@[^\s@]+$/.test(email)) throw malformed();
  const ground = await openCommandContext(context, flags);
  if (!ground.checkout) throw notHere(context.cwd);
  const ending = new AbortController();
  context.onInterrupt(async () => ending.abort());
  const work = {
    checkout: ground.checkout,
    environment: context.environment,
    named: python === undefined ? undefined : resolve(context.cwd, python),
    email,
    folder: findStateFolder(ground.statePath),
    signal: ending.signal,
  };
  return { ground, work };
}

function malformed(): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: 'understand the command',
    reason: '--email takes an e-mail address',
    tryNext: ['relay-phone checkout --help'],
  });
}

function notHere(folder: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: 'find the checkout',
    reason: `${folder} is no checkout of Firefox Relay`,
    tryNext: [
      '--checkout PATH with the folder that manage.py is in',
      'git clone --recurse-submodules https://github.com/mozilla/fx-private-relay.git',
    ],
  });
}
