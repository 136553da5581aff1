// `relay-phone requests export`: its arguments, options and help.
import { argument, command, type FlagsOf, option } from '../../../core/command.js';
import { settingsOptions } from '../../../core/options.js';
import { exchangeId } from '../../../core/values.js';

/** `relay-phone requests export`. */
export const requestsExportCommand = command({
  name: 'requests export',
  summary: 'print a recorded conversation as a story for relay-phone play, with its numbers replaced',
  arguments: {
    id: argument('<id>', 'a webhook of the conversation, as relay-phone requests shows it', {
      parse: exchangeId,
    }),
  },
  options: {
    ...settingsOptions,
    pair: option('--pair', 'only the webhooks between the same two numbers'),
  },
  examples: ['relay-phone requests export 12 > story.yaml', 'relay-phone requests export 12 --pair'],
});

/** The flags of `requests export`. */
export type RequestsExportFlags = FlagsOf<typeof requestsExportCommand>;
