// The authtoken an agent shows to ngrok, and where it was found.
import { RelayPhoneError } from '../errors.js';
import { listSettingValues, type NgrokSettingSources } from './setting-sources.js';
import type { SourcedValue } from './tunnel.js';

const AUTHTOKEN_VARIABLE = 'NGROK_AUTHTOKEN';
const AUTHTOKEN_PAGE = 'https://dashboard.ngrok.com/get-started/your-authtoken';

/**
 * The authtoken: the flag's, then `NGROK_AUTHTOKEN` of the environment, then of `.env`, then the first `ngrok.yml` that
 * has one. Undefined when there is none anywhere. An empty value counts as none.
 *
 * @throws RelayPhoneError `usage` for one that no token looks like; it is not shown
 */
export function findAuthtoken(
  flag: SourcedValue | undefined,
  places: NgrokSettingSources,
): SourcedValue | undefined {
  const [first] = listSettingValues(AUTHTOKEN_VARIABLE, flag, places, ({ authtoken }) => authtoken);
  return first && verifyTokenShape(first);
}

/**
 * As {@link findAuthtoken}.
 *
 * @throws RelayPhoneError `needsUser` when there is none, saying where it was looked for; what is wrong with an
 * `ngrok.yml` when that is why
 */
export function verifyAuthtoken(flag: SourcedValue | undefined, places: NgrokSettingSources): SourcedValue {
  const found = findAuthtoken(flag, places);
  if (found) return found;
  const [fault] = places.yml.faults;
  throw fault ?? noAuthtoken(places);
}

function verifyTokenShape(found: SourcedValue): SourcedValue {
  if (/^[\x21-\x7e]{1,500}$/.test(found.value) && !/["'=:]/.test(found.value)) return found;
  throw new RelayPhoneError({
    kind: 'usage',
    task: "read ngrok's authtoken",
    reason: `${found.source} holds more than a token, or something else`,
    tryNext: [`copy the authtoken alone, without a command or quotes, from ${AUTHTOKEN_PAGE}`],
  });
}

function noAuthtoken({ envFile, yml }: NgrokSettingSources): RelayPhoneError {
  const keyOnly = yml.files.find(({ hasApiKey }) => hasApiKey);
  const looked = ['the environment', envFile?.path, ...yml.files.map(({ path }) => path)].filter(Boolean);
  return new RelayPhoneError({
    kind: 'needsUser',
    task: "find ngrok's authtoken",
    reason: keyOnly
      ? `${keyOnly.path} holds an api_key, which is for ngrok's REST API, and no authtoken`
      : `there is none in ${looked.join(', ')}`,
    tryNext: [
      `${AUTHTOKEN_VARIABLE}=… in .env, copied from ${AUTHTOKEN_PAGE} (a free account will do)`,
      'ngrok config add-authtoken, when you have the ngrok agent',
      '--url https://…, with the address of any other tunnel to this machine',
    ],
    more: 'https://ngrok.com/docs/agent/config',
  });
}
