// Opens the checkout that a `checkout` command was started for.
import { resolve } from 'node:path';
import { RelayPhoneError } from '../../../errors.js';
import type { CheckoutWork } from '../../../firefox-relay/work.js';
import { findStateFolder } from '../../../state/folder.js';
import { type CommandContext, openCommandContext } from '../../core/command-context.js';
import type { CliPorts } from '../../core/ports.js';
import type { PhoneUserFlags } from './command.js';

/** A checkout to look at or to prepare. */
export interface OpenedCheckout {
  readonly context: CommandContext;
  readonly work: CheckoutWork;
}

/**
 * Finds the checkout. A script that runs in it ends with us.
 *
 * @throws RelayPhoneError `needsUser` where there is none, `usage` for an e-mail address that is none.
 */
export async function openCheckout(ports: CliPorts, flags: PhoneUserFlags): Promise<OpenedCheckout> {
  const { email, python } = flags;
  if (email !== undefined && !/^[^\s@-][^\s@]*@[^\s@]+$/.test(email)) throw malformed();
  const context = await openCommandContext(ports, flags);
  if (!context.checkout) throw notHere(ports.cwd);
  const ending = new AbortController();
  ports.onInterrupt(async () => ending.abort());
  const work = {
    checkout: context.checkout,
    environment: ports.environment,
    named: python === undefined ? undefined : resolve(ports.cwd, python),
    email,
    folder: findStateFolder(context.statePath),
    signal: ending.signal,
  };
  return { context, work };
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
