// Finds out why an app refuses a valid signature, by trying the signatures that it may expect instead.

import { listSignedUrlCandidates } from '../../../gateway/signature/candidates.js';
import type { HttpAnswer } from '../../../http/send.js';
import { readWithDecouple } from '../../../settings/env-file/read.js';
import type { CheckFinding } from '../../check.js';
import { classifyAnswer } from './callbacks.js';
import { notRelay, type SignatureFinding, type SignatureProbe, sendProbe } from './trial.js';

interface NamedToken {
  readonly token: string;
  /** Undefined for the right one. */
  readonly name: string | undefined;
}

/** Tries tokens and URLs until it is taken; else goes by what the app says. */
export async function diagnose(
  trial: SignatureProbe,
  refusal: HttpAnswer,
): Promise<CheckFinding<SignatureFinding>> {
  for (const { token, name } of listTokens(trial)) {
    for (const url of listUrls(trial)) {
      if (classifyAnswer(await sendProbe(trial, url, token)) === 'taken')
        return name === undefined ? urlDiffers(trial, url) : tokenDiffers(trial, `: it has ${name}`);
    }
  }
  // Relay answers 400 to much else; but to a wrong signature in these words, as serve and the SDK's middleware do.
  if (!/signature|twilio request validation/i.test(refusal.body)) return notRelay(trial, refusal);
  return tokenDiffers(trial, '');
}

function listTokens({ context, authToken }: SignatureProbe): NamedToken[] {
  const { environment, envFile } = context;
  const decouple = envFile && readWithDecouple(envFile.bytes);
  const named = ['TWILIO_AUTH_TOKEN', 'TWILIO_TEST_AUTH_TOKEN'].flatMap((key) => [
    { token: envFile?.values.get(key), name: `${key} of .env` },
    { token: decouple?.get(key), name: `${key} of .env as python-decouple reads it` },
    { token: environment[key], name: `${key} of the environment` },
  ]);
  const others = named.flatMap(({ token, name }) => (token && token !== authToken ? [{ token, name }] : []));
  return [{ token: authToken, name: undefined }, ...others];
}

/** The right one first, which an app with another token may take. */
function listUrls({ context, callback, app, publicBase }: SignatureProbe): string[] {
  const { environment, envFile } = context;
  const { host } = new URL(publicBase);
  const origins = [environment.SITE_ORIGIN, envFile?.values.get('SITE_ORIGIN')];
  const hosts = origins.flatMap((one) => (one && URL.canParse(one) ? [new URL(one).host] : []));
  const request = {
    target: callback.path,
    signature: undefined,
    parameters: callback.form,
    digest: undefined,
    headers: ['Host', host, 'X-Forwarded-Host', hosts.join(',')],
  };
  return listSignedUrlCandidates(request, { authToken: '', otherTokens: [], publicBase, app }).map(
    ({ url }) => url,
  );
}

function tokenDiffers({ app }: SignatureProbe, which: string): CheckFinding<SignatureFinding> {
  return {
    id: 'app-token-differs',
    what: `the app at ${app} checks signatures with another auth token${which}`,
    tryNext: [
      'restart the app: it reads .env only once',
      'TWILIO_AUTH_TOKEN where the app reads its settings: the live one, of the account that sends the webhooks',
    ],
  };
}

function urlDiffers({ app, publicBase }: SignatureProbe, url: string): CheckFinding<SignatureFinding> {
  const taken = new URL(url);
  const what = `the app at ${app} believes that it is at ${taken.origin}, and Twilio signs for ${publicBase}`;
  const isScheme = taken.protocol !== new URL(publicBase).protocol && taken.host === new URL(publicBase).host;
  return isScheme
    ? {
        id: 'app-scheme-differs',
        what,
        tryNext: [
          'have the app trust X-Forwarded-Proto (Django: SECURE_PROXY_SSL_HEADER; Express: trust proxy)',
          'a tunnel that sends X-Forwarded-Proto: relay-phone tunnel',
        ],
      }
    : {
        id: 'app-url-differs',
        what:
          taken.origin === new URL(publicBase).origin ? `the app takes ${url} for the signed address` : what,
        tryNext: [
          'restart the app: it reads .env only once',
          'a tunnel that leaves Host as it is: relay-phone tunnel',
        ],
      };
}
