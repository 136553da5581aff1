// For each check of the test account: the request that only this check sends.
import type { EdgeRequest } from '../twilio-edge.js';

const GOOD = '+15005550006';
const magic = (digit: number) => `+1500555000${digit}`;

type Resource = 'IncomingPhoneNumbers' | 'Messages' | 'Calls';

/** Matches the creation of a resource with this parameter. */
function creates(resource: Resource, name: string, value: string) {
  return ({ method, path, form }: EdgeRequest): boolean =>
    method === 'POST' && path.endsWith(`/${resource}.json`) && form[name] === value;
}

function createsPlain(resource: Resource, extra: (form: EdgeRequest['form']) => boolean = () => true) {
  return (asked: EdgeRequest): boolean =>
    creates(resource, 'From', GOOD)(asked) && !/^\+1500/.test(asked.form.To ?? '') && extra(asked.form);
}

/** The requests, by the id of the check. */
export const OWN_REQUESTS: Readonly<Record<string, (asked: EdgeRequest) => boolean>> = {
  'text-accepted': createsPlain('Messages', ({ Body }) => Body !== undefined),
  'number-bought': (asked) =>
    creates('IncomingPhoneNumbers', 'PhoneNumber', GOOD)(asked) &&
    /^AP/.test(asked.form.SmsApplicationSid ?? '') &&
    /^AP/.test(asked.form.VoiceApplicationSid ?? ''),
  'number-bought-by-area-code': creates('IncomingPhoneNumbers', 'AreaCode', '500'),
  'call-accepted': createsPlain(
    'Calls',
    ({ Twiml }) => Twiml?.includes('<Say>Dialing (714) 867-5309 ...</Say><Dial>') ?? false,
  ),
  lookup: ({ path }) => path.startsWith('/v2/PhoneNumbers/'),
  'number-taken-21422': creates('IncomingPhoneNumbers', 'PhoneNumber', magic(0)),
  'number-invalid-21421': creates('IncomingPhoneNumbers', 'PhoneNumber', magic(1)),
  'number-area-empty-21452': creates('IncomingPhoneNumbers', 'AreaCode', '533'),
  'text-from-invalid-21212': creates('Messages', 'From', magic(1)),
  'text-from-unable-21606': creates('Messages', 'From', magic(7)),
  'text-from-full-21611': creates('Messages', 'From', magic(8)),
  'text-from-stranger-21606': creates('Messages', 'From', magic(0)),
  'text-to-invalid-21211': creates('Messages', 'To', magic(1)),
  'text-to-unreachable-21612': creates('Messages', 'To', magic(2)),
  'text-to-region-21408': creates('Messages', 'To', magic(3)),
  'text-to-stopped-21610': creates('Messages', 'To', magic(4)),
  'text-to-landline-21614': creates('Messages', 'To', magic(9)),
  'call-from-invalid-21212': creates('Calls', 'From', magic(1)),
  'call-from-stranger-21210': creates('Calls', 'From', magic(0)),
  'call-to-invalid-21217': creates('Calls', 'To', magic(1)),
  'call-to-unreachable-21214': creates('Calls', 'To', magic(2)),
  'call-to-region-21215': creates('Calls', 'To', magic(3)),
  'call-to-blocked-21216': creates('Calls', 'To', magic(4)),
};
