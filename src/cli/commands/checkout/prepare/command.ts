// `relay-phone checkout prepare`: its options and help.
import { command, type FlagsOf, option } from '../../../core/command.js';
import { phoneUserOptions } from '../command.js';

/** `relay-phone checkout prepare`. */
export const checkoutPrepareCommand = command({
  name: 'checkout prepare',
  summary: 'migrate the database, and create flags and a user with phones; says what it runs before it does',
  arguments: {},
  options: {
    ...phoneUserOptions,
    yes: option('-y, --yes', 'run the script without asking, in a checkout whose Python you let run before'),
    showScript: option('--show-script', 'also show the whole script that is run'),
    multiReplies: option('--multi-replies', 'also turn on the flag for replies that name their contact'),
    outboundPhone: option(
      '--outbound-phone',
      'also turn on the flag for texts and calls that the user starts',
    ),
  },
  examples: [
    'relay-phone checkout prepare',
    'relay-phone checkout prepare --show-script',
    'relay-phone checkout prepare --yes --trust-checkout --email me@example.com',
  ],
});

/** The flags of `checkout prepare`. */
export type CheckoutPrepareFlags = FlagsOf<typeof checkoutPrepareCommand>;
