// The webhook URLs that the account at Twilio holds: which URLs of them a request may have been signed for.
import { splitTarget } from '../../exchanges/parameters.js';
import { splitUrl } from './url-difference.js';

/** A webhook URL that Twilio was given. */
export interface ConfiguredUrl {
  /** As it is written there, with a user name and password if it has them. */
  readonly url: string;
  /** What holds it, for people: `smsUrl of the TwiML app AP…`. */
  readonly holder: string;
}

/**
 * Lists what Twilio signs for a URL: the URL, with the `bodySHA256` of a body that is not a form, or with the query of the
 * request, to which it adds the parameters of a GET. Then without a user name and password, which it leaves out.
 */
export function listSignedForms(url: string, target: string): string[] {
  const { query } = splitTarget(target);
  const [digest = ''] = /bodySHA256=[0-9a-fA-F]*/.exec(query) ?? [];
  const [bare = ''] = url.split('?');
  const forms = [
    url,
    ...(digest ? [`${url}${url.includes('?') ? '&' : '?'}${digest}`] : []),
    ...(query ? [bare + query] : []),
  ];
  return [...forms.map(dropCredentials), ...forms];
}

function dropCredentials(url: string): string {
  const { credentials } = splitUrl(url);
  return credentials === '' ? url : url.replace(`${credentials}@`, () => '');
}

/** Finds the one that was signed for a request. */
export function findConfigured(
  configured: readonly ConfiguredUrl[],
  signedUrl: string,
  target: string,
): ConfiguredUrl | undefined {
  return (
    configured.find(({ url }) => url === signedUrl) ??
    configured.find(({ url }) => listSignedForms(url, target).includes(signedUrl))
  );
}
