// `relay-phone checkout status`: its options and help.
import { command, type FlagsOf } from '../../../core/command.js';
import { phoneUserOptions } from '../command.js';

/** `relay-phone checkout status`. */
export const checkoutStatusCommand = command({
  name: 'checkout status',
  summary: 'show what the checkout has for phones and what it lacks; exit code 3 if it lacks something',
  arguments: {},
  options: phoneUserOptions,
  examples: ['relay-phone checkout status', 'relay-phone checkout status --checkout ../fx-private-relay'],
});

/** The flags of `checkout status`. */
export type CheckoutStatusFlags = FlagsOf<typeof checkoutStatusCommand>;
