// `relay-phone checkout login`: its options and help.
import { command, type FlagsOf, option } from '../../../core/command.js';
import { phoneUserOptions } from '../command.js';

/** `relay-phone checkout login`. */
export const checkoutLoginCommand = command({
  name: 'checkout login',
  summary: 'sign a browser on this machine in to Relay as the user with phones',
  arguments: {},
  options: {
    ...phoneUserOptions,
    open: option('--open', 'also open the address in your browser; only on a terminal'),
  },
  examples: [
    'relay-phone checkout login',
    'relay-phone checkout login --open',
    'relay-phone checkout login --email me@example.com',
  ],
});

/** The flags of `checkout login`. */
export type CheckoutLoginFlags = FlagsOf<typeof checkoutLoginCommand>;
