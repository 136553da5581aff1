// For each check of the app: an answer of the app that fails this check and no other.
import twilio from 'twilio';
import { NO_SUCH_PAGE } from '../../../src/app-host/compare-hosts.js';
import type { AppAnswer, Called } from '../webhook-app.js';
import { APP_TOKEN } from './scene.js';

type Answer = (called: Called) => AppAnswer | undefined;

/** Returns how the webhook is signed. */
function signatureKindOf({ headers, signed, parameters, path }: Called): string {
  const signature = headers['x-twilio-signature'];
  if (typeof signature !== 'string') return 'unsigned';
  if (signed) return 'signed';
  const url = `http://${headers.host}${path}`;
  const other = { ...parameters, ApiVersion: 'another' };
  return twilio.validateRequest(APP_TOKEN, signature, url, other) ? 'wrong' : 'foreign';
}

function answer(path: string, kind: string, status: number): Answer {
  return (called) => (called.path === path && signatureKindOf(called) === kind ? { status } : undefined);
}

function faultsOf(name: string): Record<string, Answer> {
  const path = `/api/v1/${name}`;
  const id = name.replace('_', '-');
  return {
    [`${id}-signed`]: answer(path, 'signed', 403),
    [`${id}-unsigned`]: answer(path, 'unsigned', 200),
    [`${id}-wrong`]: answer(path, 'wrong', 204),
    [`${id}-foreign`]: answer(path, 'foreign', 200),
  };
}

/** The app's answers, by the id of the check. They return undefined for requests that are answered as usual. */
export const APP_ANSWERS: Readonly<Record<string, Answer>> = {
  // Not to the first page, so that the app is up.
  'app-host': ({ path }) =>
    path === NO_SUCH_PAGE
      ? { status: 403, body: 'Blocked request. This host ("x") is not allowed.' }
      : undefined,
  ...faultsOf('sms_status'),
  ...faultsOf('voice_status'),
  'difficult-forms': ({ path, form }) =>
    path === '/api/v1/sms_status' && 'ProbeEmpty' in form ? { status: 403 } : undefined,
  'inbound-sms': ({ path }) => (path === '/api/v1/inbound_sms' ? { status: 400, body: 'no' } : undefined),
  'inbound-call': answer('/api/v1/inbound_call', 'unsigned', 200),
};

/** What frameworks answer to a POST without their CSRF token, by framework. */
export const CSRF_REFUSALS = {
  Django: {
    status: 403,
    body: '<title>403 Forbidden</title><h1>Forbidden <span>(403)</span></h1><p>CSRF verification failed. Request aborted.</p>',
  },
  'Flask-WTF': {
    status: 400,
    body: '<title>400 Bad Request</title><h1>Bad Request</h1><p>The CSRF token is missing.</p>',
  },
  Laravel: { status: 419, body: '<title>Page Expired</title>' },
  Rails: { status: 422, body: '<h1>ActionController::InvalidAuthenticityToken</h1>' },
} as const satisfies Readonly<Record<string, AppAnswer>>;
