// Behaviours of Messaging Services without numbers. All of them are free.
import type { TwilioBehaviour } from '../behaviour.js';
import { get, getRefused, post, postRefused, remove, singleRequests } from './build.js';

const SERVICES = 'https://messaging.twilio.com/v1/Services';

const named = (more: Record<string, string> = {}) => ({ FriendlyName: '{tag}', ...more });
const create = post(SERVICES, named(), { creates: 'Services', save: { sid: 'sid' } });
const refused = (form: Record<string, string>, code: number) =>
  postRefused(SERVICES, form, 400, code, { creates: 'Services' });

/** See the first line. */
export const SERVICE_BEHAVIOURS: readonly TwilioBehaviour[] = [
  {
    id: 'services/defaults',
    group: 'services',
    row: 'F098',
    title: "a Messaging Service is created with Twilio's defaults",
    steps: [
      post(SERVICES, named(), {
        creates: 'Services',
        body: { inbound_request_url: null, sticky_sender: true, smart_encoding: true },
      }),
    ],
  },
  {
    id: 'services/update',
    group: 'services',
    row: 'F099',
    title: 'a Messaging Service is updated one setting at a time',
    steps: [
      create,
      post(
        `${SERVICES}/{sid}`,
        { InboundRequestUrl: 'https://example.com/in', InboundMethod: 'GET' },
        { status: 200 },
      ),
      post(`${SERVICES}/{sid}`, { StickySender: 'false', ValidityPeriod: '60' }, { status: 200 }),
      get(`${SERVICES}/{sid}`, {
        inbound_request_url: 'https://example.com/in',
        inbound_method: 'GET',
        sticky_sender: false,
        validity_period: 60,
      }),
    ],
  },
  {
    id: 'services/delete',
    group: 'services',
    row: 'F651.13',
    title: 'a Messaging Service can be deleted',
    steps: [create, remove(`${SERVICES}/{sid}`), getRefused(`${SERVICES}/{sid}`, 404, 20404)],
  },
  {
    id: 'services/pool',
    group: 'services',
    row: 'F651.14',
    title: 'the sender pool of a new Messaging Service is empty',
    steps: [create, get(`${SERVICES}/{sid}/PhoneNumbers`)],
  },
  {
    id: 'services/without-sender',
    group: 'services',
    row: 'F094',
    title: 'a text of a Messaging Service without numbers is refused with 21704',
    cost: { segments: 1 },
    steps: [
      create,
      postRefused('/Messages.json', { To: '{b}', Body: '{tag}', MessagingServiceSid: '{sid}' }, 400, 21704, {
        creates: 'Messages',
      }),
    ],
  },
  ...singleRequests('services', [
    [
      'no-name',
      'F100',
      'a Messaging Service without a name is refused with 20001',
      refused({ FriendlyName: '' }, 20001),
    ],
    [
      'bad-url',
      'F101',
      'a Messaging Service with an invalid inbound URL is refused with 21402',
      refused(named({ InboundRequestUrl: 'example.com' }), 21402),
    ],
    [
      'validity-0',
      'F102',
      'a validity period of 0 is refused',
      refused(named({ ValidityPeriod: '0' }), 20422),
    ],
    [
      'validity-long',
      'F103',
      'a validity period over ten hours is refused',
      refused(named({ ValidityPeriod: '36001' }), 20422),
    ],
  ]),
];
