// Messaging Services: their settings, and their table.
import type { Store } from '../../../platform/database.js';
import { createSid } from '../../../platform/formats.js';
import { createCounter, createListing, type Numbered, type Window } from '../../../platform/table.js';
import { invalidParameter } from '../../../server/problem.js';
import { applyForm, type SettingKinds, type WebhookSettings } from '../../../webhooks/settings.js';
import { VALIDITY_SECONDS } from '../messages/message.js';

/** A Messaging Service. Times are milliseconds since 1970. */
export interface MessagingService extends Numbered {
  readonly friendlyName: string;
  readonly settings: WebhookSettings;
  readonly createdAt: number;
  readonly updatedAt: number;
}

interface Row extends Omit<MessagingService, 'settings'> {
  readonly settings: string;
}

/** The table of Messaging Services. */
export interface ServiceStore {
  insert(friendlyName: string, settings: WebhookSettings, at: number): MessagingService;
  find(sid: string): MessagingService | undefined;
  /** The settings of the service whose sender pool contains an owned number; undefined if none does. */
  findFor(phoneNumberSid: string): ServiceSettings | undefined;
  list(window: Window): MessagingService[];
  update(sid: string, friendlyName: string, settings: WebhookSettings, at: number): void;
  /** Removes a service and empties its sender pool. @returns true if it existed */
  remove(sid: string): boolean;
}

/** Opens the table of Messaging Services. */
export function createServiceStore(store: Store): ServiceStore {
  const nextRow = createCounter(store, 'services');
  const insert = store.query('INSERT INTO services VALUES (?, ?, ?, ?, ?, ?)');
  const find = store.query<Row>('SELECT * FROM services WHERE sid = ?');
  const findFor = store.query<Row>(
    'SELECT services.* FROM pooledNumbers JOIN services ON services.sid = serviceSid WHERE pooledNumbers.sid = ?',
  );
  const list = createListing<Row>(store, 'services');
  const update = store.query(
    'UPDATE services SET friendlyName = ?, settings = ?, updatedAt = ? WHERE sid = ?',
  );
  const remove = store.query('DELETE FROM services WHERE sid = ?');
  return {
    insert: (friendlyName, settings, at) => {
      const seq = nextRow();
      const sid = createSid('MG', seq);
      insert.run(seq, sid, friendlyName, JSON.stringify(settings), at, at);
      return { seq, sid, friendlyName, settings, createdAt: at, updatedAt: at };
    },
    find: (sid) => {
      const row = find.get(sid);
      return row && readRow(row);
    },
    findFor: (phoneNumberSid) => {
      const row = findFor.get(phoneNumberSid);
      return row && readServiceSettings(readRow(row));
    },
    list: (window) => list(window).map(readRow),
    update: (sid, friendlyName, settings, at) => {
      update.run(friendlyName, JSON.stringify(settings), at, sid);
    },
    remove: (sid) => remove.run(sid) > 0,
  };
}

function readRow(row: Row): MessagingService {
  return { ...row, settings: JSON.parse(row.settings) as WebhookSettings };
}

/** The settings of a Messaging Service, by name and kind. */
export const SERVICE_SETTINGS = {
  areaCodeGeomatch: 'flag',
  fallbackMethod: 'method',
  fallbackToLongCode: 'flag',
  fallbackUrl: 'url',
  inboundMethod: 'method',
  inboundRequestUrl: 'url',
  mmsConverter: 'flag',
  scanMessageContent: 'text',
  smartEncoding: 'flag',
  statusCallback: 'url',
  stickySender: 'flag',
  synchronousValidation: 'flag',
  usecase: 'text',
  useInboundWebhookOnNumber: 'flag',
  validityPeriod: 'text',
} satisfies SettingKinds;

/** The settings of a new service. */
const DEFAULT_SETTINGS: WebhookSettings = {
  areaCodeGeomatch: true,
  fallbackToLongCode: true,
  mmsConverter: true,
  smartEncoding: true,
  stickySender: true,
};

/** The settings that messages depend on, with Twilio's defaults. */
export interface ServiceSettings {
  readonly sid: string;
  /** If undefined, and `useInboundWebhookOnNumber` is off, its numbers receive nothing. */
  readonly inboundRequestUrl: string | undefined;
  readonly inboundMethod: string;
  readonly fallbackUrl: string | undefined;
  readonly fallbackMethod: string;
  readonly statusCallback: string | undefined;
  /** Whether inbound texts go to the webhook of the number, not to the service's. */
  readonly useInboundWebhookOnNumber: boolean;
  /** The validity period of its messages; undefined means the default. */
  readonly validitySeconds: number | undefined;
}

/**
 * Applies a form to settings.
 *
 * @throws TwilioProblem 21402, 21403 or 20422.
 */
export function applyServiceForm(form: URLSearchParams, current = DEFAULT_SETTINGS): WebhookSettings {
  const settings = applyForm(SERVICE_SETTINGS, current, form, () => false);
  verifyValidity(settings);
  return settings;
}

/** Reads the settings of a service. */
export function readServiceSettings({ sid, settings }: MessagingService): ServiceSettings {
  return {
    sid,
    inboundRequestUrl: findText(settings, 'inboundRequestUrl'),
    inboundMethod: findText(settings, 'inboundMethod') ?? 'POST',
    fallbackUrl: findText(settings, 'fallbackUrl'),
    fallbackMethod: findText(settings, 'fallbackMethod') ?? 'POST',
    statusCallback: findText(settings, 'statusCallback'),
    useInboundWebhookOnNumber: settings.useInboundWebhookOnNumber === true,
    validitySeconds: settings.validityPeriod === undefined ? undefined : Number(settings.validityPeriod),
  };
}

function findText(settings: WebhookSettings, name: string): string | undefined {
  const value = settings[name];
  return value === undefined ? undefined : String(value);
}

function verifyValidity({ validityPeriod }: WebhookSettings): void {
  if (validityPeriod === undefined || isValidityPeriod(String(validityPeriod))) return;
  throw invalidParameter('ValidityPeriod', String(validityPeriod));
}

/** Whether a text is a valid `ValidityPeriod`: whole seconds from 1 to 36000. */
export function isValidityPeriod(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= VALIDITY_SECONDS;
}
