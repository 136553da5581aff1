// Behaviours of the account: authentication, methods, TwiML apps. All of them are free.
import type { TwilioBehaviour } from '../behaviour.js';
import { get, getRefused, post, postRefused, remove, singleRequests } from './build.js';

const APPS = '/Applications.json';
const NO_APP = `AP${'0'.repeat(32)}`;

const named = (more: Record<string, string> = {}) => ({ FriendlyName: '{tag}', ...more });
const refusedApp = (form: Record<string, string>, code: number) =>
  postRefused(APPS, named(form), 400, code, { creates: 'Applications' });

/** See the first line. */
export const ACCOUNT_BEHAVIOURS: readonly TwilioBehaviour[] = [
  ...singleRequests('accounts', [
    [
      'wrong-token',
      'F175',
      'a wrong auth token is refused with 20003',
      getRefused('/Messages.json', 401, 20003, { credentials: 'wrong-token' }),
    ],
    [
      'xml-not-found',
      'F182',
      'a path without .json is answered in XML',
      { kind: 'request', method: 'GET', path: '/Nothing', expect: { status: 404 } },
    ],
    [
      'xml-refusal',
      'F363',
      'a refused request without .json is answered in XML',
      { kind: 'request', method: 'GET', path: `/Messages/SM${'0'.repeat(32)}`, expect: { status: 404 } },
    ],
    [
      'delete-messages',
      'F183.1',
      'DELETE of the list of messages is answered with 405',
      {
        kind: 'request',
        method: 'DELETE',
        path: '/Messages.json',
        expect: { status: 405, body: { code: 20004 } },
      },
    ],
    [
      'post-balance',
      'F183.2',
      'POST to the balance is answered with 405',
      {
        kind: 'request',
        method: 'POST',
        path: '/Balance.json',
        expect: { status: 405, body: { code: 20004 } },
      },
    ],
    [
      'headers',
      'F184',
      'the balance is answered with the headers of every answer',
      get('/Balance.json', {}, { loose: ['currency'] }),
    ],
    [
      'no-application',
      'F651.1',
      'a TwiML app that does not exist is answered with 20404',
      getRefused(`/Applications/${NO_APP}.json`, 404, 20404),
    ],
    ['app-bad-url', 'F009', 'a TwiML app refuses an invalid URL', refusedApp({ SmsUrl: 'not a url' }, 21402)],
    [
      'app-bad-method',
      'F010',
      'a TwiML app refuses an invalid method',
      refusedApp({ VoiceMethod: 'PUT' }, 21403),
    ],
    [
      'app-voice-fallback',
      'F011',
      'a TwiML app refuses a voice fallback without a URL',
      refusedApp({ VoiceFallbackUrl: 'https://example.com/' }, 21405),
    ],
    [
      'app-text-fallback',
      'F012',
      'a TwiML app refuses a text fallback without a URL',
      refusedApp({ SmsFallbackUrl: 'https://example.com/' }, 21406),
    ],
    [
      'app-long-name',
      'F013',
      'a TwiML app refuses a name of more than 64 characters',
      refusedApp({ FriendlyName: `{tag}${'x'.repeat(60)}` }, 20422),
    ],
  ]),
  {
    id: 'accounts/app-defaults',
    group: 'accounts',
    row: 'F006',
    title: 'a TwiML app is created with empty settings',
    steps: [
      post(APPS, named(), {
        creates: 'Applications',
        body: { sms_url: null, sms_method: 'POST', voice_url: null, voice_caller_id_lookup: false },
      }),
    ],
  },
  {
    id: 'accounts/app-life',
    group: 'accounts',
    row: 'F007',
    title: 'a TwiML app can be created, fetched, updated and deleted',
    steps: [
      post(
        APPS,
        named({ SmsUrl: 'https://example.com/sms', SmsMethod: 'GET', VoiceUrl: 'https://example.com/voice' }),
        {
          creates: 'Applications',
          save: { sid: 'sid' },
        },
      ),
      get('/Applications/{sid}.json', { sms_url: 'https://example.com/sms', sms_method: 'GET' }),
      post('/Applications/{sid}.json', { SmsUrl: '' }, { status: 200, body: { sms_url: null } }),
      remove('/Applications/{sid}.json'),
      getRefused('/Applications/{sid}.json', 404, 20404),
      {
        kind: 'request',
        method: 'DELETE',
        path: '/Applications/{sid}.json',
        expect: { status: 404, body: { code: 20404 } },
      },
    ],
  },
  {
    id: 'accounts/app-status-callback',
    group: 'accounts',
    row: 'F008',
    title: 'a TwiML app shows one status callback in both fields',
    steps: [
      post(APPS, named({ SmsStatusCallback: 'https://example.com/status' }), {
        creates: 'Applications',
        body: { message_status_callback: 'https://example.com/status' },
      }),
    ],
  },
  {
    id: 'accounts/app-by-name',
    group: 'accounts',
    row: 'F014',
    title: 'TwiML apps are found by their name',
    steps: [
      post(APPS, named(), { creates: 'Applications', save: { one: 'sid' } }),
      post(APPS, named(), { creates: 'Applications', save: { other: 'sid' } }),
      get(APPS, {}, { query: { FriendlyName: '{tag}' } }),
    ],
  },
];
