// `relay-phone requests`: its arguments, options and help.
import { argument, command, type FlagsOf, option, wrongValue } from '../../core/command.js';
import { settingsOptions, showNumbersOptions } from '../../core/options.js';
import { exchangeId, matching, typedTime } from '../../core/values.js';

/** `relay-phone requests`. */
export const requestsCommand = command({
  name: 'requests',
  group: 'Look',
  summary: 'list the webhooks that came through the tunnel, or show one',
  description: 'list the webhooks that came through the tunnel, or show one of them in full',
  arguments: {
    id: argument('[id]', 'the webhook to show in full', { parse: exchangeId }),
  },
  options: {
    ...settingsOptions,
    follow: option('-f, --follow', 'show new webhooks as they arrive, until Ctrl-C'),
    path: option('--path <part>', 'only webhooks whose path contains this'),
    status: option('--status <code>', 'only webhooks answered with this, such as 404 or 5xx', {
      parse: matching(/^[1-5](\d\d|xx)$/, '404 or 4xx'),
    }),
    sid: option('--sid <sid>', 'only webhooks about this text or call'),
    number: option('--number <number>', 'only webhooks from or to this number'),
    since: option('--since <when>', 'only webhooks since then, such as 10m, 2h, 1d, or an ISO 8601 time', {
      parse: typedTime,
    }),
    failed: option(
      '--failed',
      'only webhooks without an answer, with a 3xx, 4xx or 5xx, or with an invalid signature',
    ),
    refused: option('--refused', 'the requests that were refused and never reached the app'),
    limit: option('--limit <count>', 'how many webhooks to show, the newest ones', {
      parse: (text, asked) => {
        if (/^\d{1,6}$/.test(text)) return Number(text);
        throw wrongValue(asked, 'a number');
      },
      default: 20,
    }),
    ...showNumbersOptions,
  },
  examples: [
    'relay-phone requests --follow',
    'relay-phone requests --failed --since 10m',
    'relay-phone requests 12',
  ],
});

/** The flags of `requests`. */
export type RequestsFlags = FlagsOf<typeof requestsCommand>;
