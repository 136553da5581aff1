// `relay-phone checkout`: its subcommands and the options that they share.
import { command, type OptionFlags, option } from '../../core/command.js';
import { checkoutOptions, settingsOptions, trustOptions } from '../../core/options.js';
import { emailAddress } from '../../core/values.js';

/** `relay-phone checkout`, which only has subcommands. */
export const checkoutCommand = command({
  name: 'checkout',
  group: 'Set up',
  summary: 'prepare a checkout of Firefox Relay for phones, and sign in',
  description: 'prepare a Firefox Relay checkout for phones, sign in to it, or show what it lacks',
  arguments: {},
  options: {},
  examples: ['relay-phone checkout status', 'relay-phone checkout prepare', 'relay-phone checkout login'],
});

/** The options of its subcommands. */
export const phoneUserOptions = {
  ...settingsOptions,
  ...checkoutOptions,
  ...trustOptions,
  python: option(
    '--python <path>',
    "the checkout's Python (default: the active virtual environment, .venv, env, venv)",
  ),
  email: option(
    '--email <address>',
    'the user with phones (default: the last one prepared, else one that relay-phone creates)',
    {
      parse: emailAddress,
    },
  ),
} as const;

/** The flags that its subcommands share. */
export type PhoneUserFlags = OptionFlags<typeof phoneUserOptions>;
