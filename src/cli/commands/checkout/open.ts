// Opens the Relay checkout that a `checkout` command works on.
import { resolve } from 'node:path';
import { RelayPhoneError } from '../../../errors.js';
import type { CheckoutContext } from '../../../firefox-relay/checkout.js';
import { type CheckoutTrust, createCheckoutTrust, type TrustFlags } from '../../core/checkout-trust.js';
import { type CommandContext, openCommandContext } from '../../core/command-context.js';
import type { CliPorts } from '../../core/ports.js';
import type { PhoneUserFlags } from './command.js';

/** An opened checkout. */
export interface OpenedCheckout {
  readonly context: CommandContext;
  readonly work: CheckoutContext;
  readonly trust: CheckoutTrust;
}

/**
 * Opens the checkout. Ctrl-C also ends a script that runs in it.
 *
 * @param command for advice
 * @throws RelayPhoneError `needsUser` if there is no checkout.
 */
export async function openCheckout(
  ports: CliPorts,
  flags: PhoneUserFlags & TrustFlags,
  command: string,
): Promise<OpenedCheckout> {
  const { email, python } = flags;
  const context = await openCommandContext(ports, flags);
  if (!context.checkout) throw noCheckout(ports.cwd);
  const ending = new AbortController();
  ports.onInterrupt(async () => ending.abort());
  const trust = createCheckoutTrust(ports, flags, command);
  const work: CheckoutContext = {
    checkout: context.checkout,
    environment: ports.environment,
    readEnv: context.readEnv,
    pythonPath: python === undefined ? undefined : resolve(ports.cwd, python),
    email,
    folder: context.state.find(),
    findDistrust: trust.findDistrust,
    signal: ending.signal,
  };
  return { context, work, trust };
}

function noCheckout(folder: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: 'find the checkout',
    reason: `${folder} is not a checkout of Firefox Relay`,
    tryNext: [
      '--checkout PATH of the folder that contains manage.py',
      'git clone --recurse-submodules https://github.com/mozilla/fx-private-relay.git',
    ],
  });
}
