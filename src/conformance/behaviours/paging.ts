// Behaviours of lists: pages, their links, and what is refused. All of them are free.
import type { Step, TwilioBehaviour } from '../behaviour.js';
import { get, getRefused, post, singleRequests } from './build.js';

const APPS = '/Applications.json';

/** Three TwiML apps of one name, so that a list holds nothing else. */
const THREE_APPS: readonly Step[] = ['one', 'two', 'three'].map((name) =>
  post(APPS, { FriendlyName: '{tag}' }, { creates: 'Applications', save: { [name]: 'sid' } }),
);

const page = (query: Record<string, string>) => ({ query: { FriendlyName: '{tag}', ...query } });

const refused = (query: Record<string, string>, code: number) =>
  getRefused('/Messages.json', 400, code, { query });

/** See the first line. */
export const PAGING_BEHAVIOURS: readonly TwilioBehaviour[] = [
  {
    id: 'paging/keys',
    group: 'paging',
    row: 'F193',
    title: 'a page has the paging keys, and repeats the filters in its links',
    steps: [...THREE_APPS, get(APPS, { page: 0, page_size: 2, start: 0, end: 1 }, page({ PageSize: '2' }))],
  },
  {
    id: 'paging/next',
    group: 'paging',
    row: 'F188.1',
    title: 'a list is complete in pages of one',
    steps: [
      ...THREE_APPS,
      get(APPS, {}, { ...page({ PageSize: '1' }), save: { next: 'next_page_uri' } }),
      get('https://api.twilio.com{next}', { page: 1 }, { save: { last: 'next_page_uri' } }),
      get('https://api.twilio.com{last}', { page: 2, next_page_uri: null }),
    ],
  },
  {
    id: 'paging/previous',
    group: 'paging',
    row: 'F191',
    title: 'a page has a link to the previous one',
    steps: [
      ...THREE_APPS,
      get(APPS, {}, { ...page({ PageSize: '2' }), save: { next: 'next_page_uri' } }),
      get('https://api.twilio.com{next}', { page: 1, start: 2 }, { save: { back: 'previous_page_uri' } }),
      get('https://api.twilio.com{back}', { page: 0 }),
    ],
  },
  {
    id: 'paging/number',
    group: 'paging',
    row: 'F192',
    title: 'a list accepts a page number without a token',
    steps: [...THREE_APPS, get(APPS, { page: 1 }, page({ PageSize: '2', Page: '1' }))],
  },
  {
    id: 'paging/empty',
    group: 'paging',
    row: 'F195',
    title: 'a page is empty if nothing matches',
    steps: [get(APPS, { page: 0, start: 0 }, page({}))],
  },
  ...singleRequests('paging', [
    ['size-0', 'F196.1', 'a page is refused for PageSize=0', refused({ PageSize: '0' }, 20422)],
    ['size-negative', 'F196.2', 'a page is refused for PageSize=-1', refused({ PageSize: '-1' }, 20422)],
    [
      'size-1001',
      'F196.3',
      'a page is refused for PageSize=1001 with 20007',
      refused({ PageSize: '1001' }, 20007),
    ],
    [
      'size-huge',
      'F196.4',
      'a page is refused for a huge PageSize',
      refused({ PageSize: '99999999999999999999' }, 20422),
    ],
    ['size-word', 'F196.5', 'a page is refused for PageSize=ten', refused({ PageSize: 'ten' }, 20422)],
    ['size-fraction', 'F196.6', 'a page is refused for PageSize=1.5', refused({ PageSize: '1.5' }, 20422)],
    ['page-negative', 'F196.7', 'a page is refused for Page=-1', refused({ Page: '-1' }, 20422)],
    ['page-word', 'F196.8', 'a page is refused for Page=x', refused({ Page: 'x' }, 20422)],
    [
      'token-short',
      'F196.9',
      'a page is refused for the token PAxyz with 21481',
      refused({ PageToken: 'PAxyz' }, 21481),
    ],
    [
      'token-kind',
      'F196.10',
      'a page is refused for a token of another kind with 21481',
      refused({ PageToken: 'XXSM00000000000000000000000000000001' }, 21481),
    ],
  ]),
];
