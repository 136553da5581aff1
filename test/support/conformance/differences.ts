// Deliberate differences between the sandbox and its stand-in, each with the field at which it must be named.
import type { EditedAnswer } from '../twilio-edge.js';
import type { Passing, PassingWebhook, StandInEdits } from './stand-in.js';

/** One difference. */
export interface DeliberateDifference {
  readonly name: string;
  /** The behaviour that shows it. */
  readonly behaviour: string;
  readonly edits: StandInEdits;
  /** The field that the comparison must name, and its kind. */
  readonly field: string;
  readonly kind: 'value' | 'type' | 'missing' | 'extra' | 'order' | 'count' | 'delay';
}

type Json = Record<string, unknown>;
type Edit = (answer: EditedAnswer) => EditedAnswer;

/** Changes the JSON of an answer. */
const json =
  (change: (body: Json) => void): Edit =>
  (answer) => {
    if (answer.body === '') return answer;
    const body = JSON.parse(answer.body) as Json;
    change(body);
    return { ...answer, body: JSON.stringify(body) };
  };

/** The object above the last name of a path, and that name. */
function locate(body: Json, path: string): readonly [Json, string] {
  const names = path.split('.');
  const last = names.pop() ?? '';
  return [names.reduce((at, name) => at[name] as Json, body), last];
}

const set = (path: string, value: unknown | ((old: unknown) => unknown)): Edit =>
  json((body) => {
    const [parent, name] = locate(body, path);
    parent[name] = typeof value === 'function' ? (value as (old: unknown) => unknown)(parent[name]) : value;
  });
const drop = (path: string): Edit =>
  json((body) => {
    const [parent, name] = locate(body, path);
    delete parent[name];
  });
const reverse = (path: string): Edit => set(path, (old: unknown) => [...(old as unknown[])].reverse());
const status =
  (code: number): Edit =>
  (answer) => ({ ...answer, status: code });
const header =
  (name: string, value: string | undefined): Edit =>
  (answer) => ({
    ...answer,
    headers: { ...answer.headers, [name]: value },
  });

/** An answer to one kind of request. @param asked method and the end of the path, such as `POST /Messages.json` */
function answer(
  behaviour: string,
  asked: string,
  edit: Edit,
  field: string,
  kind: DeliberateDifference['kind'] = 'value',
): DeliberateDifference {
  const [method, path = ''] = asked.split(' ');
  return {
    name: `${behaviour}: ${field} (${kind}) of ${asked}`,
    behaviour,
    field,
    kind,
    edits: {
      answer: (request, given) =>
        request.method === method && new RegExp(path).test(request.path) ? edit(given) : given,
    },
  };
}

/** A webhook to one path, perhaps only with one status. */
function webhook(
  behaviour: string,
  at: string,
  change: (webhook: PassingWebhook) => Passing,
  field: string,
  kind: DeliberateDifference['kind'] = 'value',
): DeliberateDifference {
  const [path, wanted] = at.split(' ');
  const isIt = ({ path: own, parameters }: PassingWebhook) =>
    own === path &&
    (wanted === undefined || [parameters.MessageStatus, parameters.CallStatus].includes(wanted));
  return {
    name: `${behaviour}: ${field} (${kind}) of the webhook ${at}`,
    behaviour,
    field,
    kind,
    edits: { webhook: (one) => (isIt(one) ? change(one) : one) },
  };
}

const parameter = (name: string, value: string | undefined) => (one: PassingWebhook) => {
  const { [name]: _old, ...rest } = one.parameters;
  return { ...one, parameters: value === undefined ? rest : { ...rest, [name]: value } };
};
const webhookHeader = (name: string, value: string | undefined) => (one: PassingWebhook) => {
  const { [name]: _old, ...rest } = one.headers;
  return { ...one, headers: value === undefined ? rest : { ...rest, [name]: value } };
};

const late =
  (delayMs: number): Edit =>
  (answer) => ({ ...answer, delayMs });
const renamed = (name: string) => (one: PassingWebhook) => {
  const { [name]: old = '', ...rest } = one.parameters;
  return { ...one, parameters: { ...rest, [`${name}s`]: old } };
};

const APPS = 'POST /Applications\\.json';
const MESSAGES = 'POST /Messages\\.json';
const CALLS = 'POST /Calls\\.json';
const ONE_TEXT = 'GET /Messages/SM';

/** See the first line. */
export const DELIBERATE_DIFFERENCES: readonly DeliberateDifference[] = [
  // Codes.
  answer('messages/no-recipient', MESSAGES, set('code', 21605), 'body code'),
  answer('messages/no-sender', MESSAGES, set('code', 21606), 'body code'),
  answer('messages/too-long', MESSAGES, set('code', 21605), 'body code'),
  answer('calls/no-recipient', CALLS, set('code', 21202), 'body code'),
  answer('calls/bad-method', CALLS, set('code', 21210), 'body code'),
  answer('accounts/app-bad-url', APPS, set('code', 21403), 'body code'),
  answer('paging/size-1001', 'GET /Messages\\.json', set('code', 20422), 'body code'),
  answer('lookups/v1-invalid', 'GET /v1/PhoneNumbers', set('code', 20405), 'body code'),
  answer('services/no-name', 'POST /v1/Services', set('code', 20422), 'body code'),
  answer('numbers/bad-area-code', 'GET /Local\\.json', set('code', 21452), 'body code'),
  // Statuses.
  answer('messages/no-service', MESSAGES, status(400), 'status'),
  answer('accounts/app-defaults', APPS, status(200), 'status'),
  answer('accounts/delete-messages', 'DELETE /Messages\\.json', status(404), 'status'),
  answer('services/defaults', 'POST /v1/Services', status(200), 'status'),
  answer('texts/feedback', 'POST /Feedback\\.json', status(201), 'status'),
  // Fields that one side lacks.
  answer('accounts/app-defaults', APPS, drop('voice_url'), 'body voice_url', 'extra'),
  answer('texts/sent', MESSAGES, drop('num_segments'), 'body num_segments', 'extra'),
  answer('paging/keys', 'GET /Applications\\.json', drop('next_page_uri'), 'body next_page_uri', 'extra'),
  answer(
    'services/defaults',
    'POST /v1/Services',
    drop('links.phone_numbers'),
    'body links.phone_numbers',
    'extra',
  ),
  answer(
    'lookups/v2-short',
    'GET /v2/PhoneNumbers',
    drop('validation_errors'),
    'body validation_errors',
    'extra',
  ),
  answer(
    'numbers/search',
    'GET /Local\\.json',
    drop('available_phone_numbers.0.capabilities'),
    'body available_phone_numbers.0.capabilities',
    'extra',
  ),
  answer('messages/no-body', MESSAGES, drop('more_info'), 'body more_info', 'extra'),
  answer('voice/placed', 'GET /Calls/CA', drop('direction'), 'body direction', 'extra'),
  answer('texts/no-media', 'GET /Media\\.json', drop('media_list'), 'body media_list', 'extra'),
  answer(
    'numbers/owned',
    'GET /IncomingPhoneNumbers\\.json',
    drop('incoming_phone_numbers.0.sms_url'),
    'body incoming_phone_numbers.0.sms_url',
    'extra',
  ),
  answer('accounts/app-defaults', APPS, set('colour', 'red'), 'body colour', 'missing'),
  answer('texts/sent', ONE_TEXT, set('tags', null), 'body tags', 'missing'),
  answer('messages/bad-sender', MESSAGES, set('details', {}), 'body details', 'missing'),
  answer('lookups/v1-plus', 'GET /v1/PhoneNumbers', set('fraud', null), 'body fraud', 'missing'),
  // Types.
  answer('paging/keys', 'GET /Applications\\.json', set('page', '0'), 'body page', 'type'),
  answer('texts/sent', MESSAGES, set('num_media', 0), 'body num_media', 'type'),
  answer(
    'services/update',
    'GET /v1/Services/MG',
    set('validity_period', '60'),
    'body validity_period',
    'type',
  ),
  answer('lookups/v2-word', 'GET /v2/PhoneNumbers', set('valid', 'false'), 'body valid', 'type'),
  answer(
    'accounts/app-life',
    APPS,
    set('voice_caller_id_lookup', 'false'),
    'body voice_caller_id_lookup',
    'type',
  ),
  answer('voice/placed', 'GET /Calls/CA', set('duration', 1), 'body duration', 'type'),
  answer('texts/sent', ONE_TEXT, set('error_code', 0), 'body error_code', 'type'),
  answer('messages/empty-body', MESSAGES, set('status', '400'), 'body status', 'type'),
  // Values.
  answer('messages/word-recipient', MESSAGES, set('message', 'No.'), 'body message'),
  answer('texts/sent', MESSAGES, set('direction', 'outbound'), 'body direction'),
  answer('accounts/app-status-callback', APPS, set('sms_method', 'GET'), 'body sms_method'),
  answer('texts/sent', ONE_TEXT, set('from', '+13105550100'), 'body from'),
  answer('texts/redact-and-delete', MESSAGES, set('api_version', '2008-08-01'), 'body api_version'),
  answer('accounts/app-by-name', 'GET /Applications\\.json', set('page_size', 20), 'body page_size'),
  // Headers.
  answer(
    'accounts/app-defaults',
    APPS,
    header('content-type', 'application/json;charset=utf-8'),
    'header content-type',
  ),
  answer(
    'messages/short-code',
    MESSAGES,
    header('twilio-request-id', undefined),
    'header twilio-request-id',
    'extra',
  ),
  answer('lookups/v2-long', 'GET /v2/PhoneNumbers', header('x-shenanigans', 'some'), 'header x-shenanigans'),
  answer(
    'accounts/headers',
    'GET /Balance\\.json',
    header('access-control-allow-origin', undefined),
    'header access-control-allow-origin',
    'extra',
  ),
  answer('accounts/xml-not-found', 'GET /Nothing', header('content-type', 'text/xml'), 'header content-type'),
  answer(
    'accounts/wrong-token',
    'GET /Messages\\.json',
    header('x-powered-by', 'AT-6000'),
    'header x-powered-by',
  ),
  // Orders and delays.
  answer(
    'accounts/app-by-name',
    'GET /Applications\\.json',
    reverse('applications'),
    'body applications',
    'order',
  ),
  webhook('texts/status-callbacks', '/status sent', () => 'held', 'order', 'order'),
  webhook('voice/placed', '/status ringing', () => 'held', 'order', 'order'),
  answer('messages/bad-sender', MESSAGES, late(6000), 'delay', 'delay'),
  webhook('texts/status-callbacks', '/status delivered', () => 'late', 'delay', 'delay'),
  // What a client sees only at a second look.
  answer('messages/no-recipient', MESSAGES, set('code', '21604'), 'body code', 'type'),
  answer('messages/no-sender', MESSAGES, set('more_info', 'https://www.twilio.com/'), 'body more_info'),
  answer('accounts/app-defaults', APPS, set('sms_url', ''), 'body sms_url', 'type'),
  answer('accounts/app-defaults', APPS, set('date_created', '2026-11-20T10:00:00Z'), 'body date_created'),
  answer('accounts/app-defaults', APPS, header('etag', '"a"'), 'header etag', 'missing'),
  answer('paging/keys', 'GET /Applications\\.json', drop('first_page_uri'), 'body first_page_uri', 'extra'),
  answer(
    'paging/keys',
    'GET /Applications\\.json',
    set('previous_page_uri', ''),
    'body previous_page_uri',
    'type',
  ),
  answer(
    'accounts/app-by-name',
    'GET /Applications\\.json',
    set('applications', (old: unknown) => (old as unknown[]).slice(1)),
    'body applications',
    'count',
  ),
  answer('texts/sent', MESSAGES, set('subresource_uris.media', '/media.json'), 'body subresource_uris.media'),
  answer(
    'texts/sent',
    ONE_TEXT,
    set('uri', (old: unknown) => String(old).replace('.json', '')),
    'body uri',
  ),
  answer('texts/sent', ONE_TEXT, set('sid', `MM${'7'.repeat(32)}`), 'body sid'),
  answer('texts/sent', ONE_TEXT, set('num_segments', '2'), 'body num_segments'),
  answer('services/defaults', 'POST /v1/Services', set('sticky_sender', false), 'body sticky_sender'),
  answer('services/pool', 'GET /v1/Services/MG.*PhoneNumbers', drop('meta.key'), 'body meta.key', 'extra'),
  answer('services/delete', 'DELETE /v1/Services', status(200), 'status'),
  answer('voice/busy', 'GET /Calls/CA', set('status', 'completed'), 'body status'),
  answer('voice/placed', 'GET /Calls/CA', set('end_time', null), 'body end_time', 'type'),
  // Webhooks.
  webhook('twiml-texts/message', '/a/sms', parameter('Body', 'Hi!'), 'parameter Body'),
  webhook('voice/placed', '/status ringing', renamed('CallStatus'), 'parameter CallStatus', 'extra'),
  webhook('texts/inbound-webhook', '/b/sms', renamed('FromCity'), 'parameter FromCitys', 'missing'),
  webhook('texts/inbound-webhook', '/b/sms', parameter('From', '+13105550100'), 'parameter From'),
  webhook('texts/app-callback', '/of-app sent', (one) => ({ ...one, method: 'GET' }), 'method'),
  webhook('texts/inbound-webhook', '/b/sms', () => 'twice', 'count', 'count'),
  webhook(
    'texts/inbound-webhook',
    '/b/sms',
    webhookHeader('x-twilio-new', 'yes'),
    'header x-twilio-new',
    'missing',
  ),
  webhook('texts/inbound-webhook', '/b/sms', parameter('NumMedia', undefined), 'parameter NumMedia', 'extra'),
  webhook('texts/inbound-webhook', '/b/sms', parameter('NumSegments', '2'), 'parameter NumSegments'),
  webhook('texts/inbound-webhook', '/b/sms', parameter('Colour', 'red'), 'parameter Colour', 'missing'),
  webhook('texts/inbound-webhook', '/b/sms', parameter('SmsSid', `SM${'7'.repeat(32)}`), 'parameter SmsSid'),
  webhook(
    'voice/inbound-webhook',
    '/b/voice',
    webhookHeader('user-agent', 'TwilioProxy/2'),
    'header user-agent',
  ),
  webhook(
    'twiml-texts/message',
    '/a/sms',
    webhookHeader('i-twilio-idempotency-token', undefined),
    'header i-twilio-idempotency-token',
    'extra',
  ),
  webhook('texts/app-callback', '/of-app delivered', () => 'lost', 'count', 'count'),
  {
    name: 'texts/inbound-webhook: the signature of every webhook',
    behaviour: 'texts/inbound-webhook',
    field: 'signature',
    kind: 'value',
    edits: { breaksSignature: true },
  },
];
