// `relay-phone replay`: its arguments, options and help.
import { REPLAY_PATH } from '../../../exchanges/parameters.js';
import { findNameFault } from '../../../public-host.js';
import { type Asked, argument, command, type FlagsOf, option, wrongValue } from '../../core/command.js';
import { settingsOptions, showNumbersOptions, targetOptions } from '../../core/options.js';
import { appOrigin, exchangeId, findOrigin, matching } from '../../core/values.js';

/** `relay-phone replay`. */
export const replayCommand = command({
  name: 'replay',
  group: 'Look',
  summary: 'send a recorded webhook to the app again, as it was or edited',
  description: 'send a recorded webhook to the app again, unchanged or edited, with a new signature',
  arguments: {
    id: argument('<id>', 'as relay-phone requests shows it', { parse: exchangeId }),
  },
  options: {
    ...settingsOptions,
    to: option('--to <address>', 'where the app is (default: as recorded)', { parse: appOrigin }),
    set: option('--set <name=value>', 'replace the value of a parameter; may be repeated', {
      parse: readSet,
      repeated: true,
    }),
    toPath: option('--to-path <path>', 'send it to another path', {
      parse: matching(REPLAY_PATH, 'a path such as /sms, without spaces and #'),
    }),
    withoutSignature: option('--without-signature', 'leave the signature out'),
    publicUrl: option('--public-url <url>', 'the public base to sign for (default: as recorded)', {
      parse: readOrigin,
    }),
    authTokenFile: targetOptions.authTokenFile,
    timeout: option('--timeout <seconds>', 'how long to wait for the answer (default: 15)'),
    conversation: option(
      '--conversation',
      'send every webhook between the same two numbers, in the order and at the pace in which they came',
    ),
    fast: option('--fast', 'with --conversation: do not wait between webhooks'),
    headers: option('--headers', 'show the headers of the request and of the answer, too'),
    ...showNumbersOptions,
  },
  examples: [
    'relay-phone replay 12',
    'relay-phone replay 12 --set Body=STOP',
    'relay-phone replay 12 --conversation --fast',
  ],
});

/** The flags of `replay`. */
export type ReplayFlags = FlagsOf<typeof replayCommand>;

function readSet(text: string, asked: Asked): readonly [name: string, value: string] {
  const at = text.indexOf('=');
  if (at < 1) throw wrongValue(asked, 'Name=value');
  return [text.slice(0, at), text.slice(at + 1)];
}

function readOrigin(text: string, asked: Asked): string {
  const origin = findOrigin(text);
  const fault = origin && findNameFault(new URL(origin).hostname);
  if (origin !== undefined && fault === undefined) return origin;
  throw wrongValue(asked, `an origin, such as http://127.0.0.1:8000${fault ? `; ${origin} ${fault}` : ''}`);
}
