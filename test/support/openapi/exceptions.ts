// The known differences between Twilio and its OpenAPI documents, each with its evidence.
import type { Schema } from './documents.js';

/** Schemas that differ from Twilio's answers. */
interface Exception {
  /** Names of components, or of operations with inline schemas for their answers. */
  readonly schemas: readonly string[];
  readonly reason: string;
  /** Fields that are never sent. */
  readonly without?: readonly string[];
  /** Fields that are sent with another schema. */
  readonly with?: Readonly<Record<string, Schema>>;
  /** Fields that may be null; `true` means every one. */
  readonly orNull?: true | readonly string[];
}

const OWNED = 'api.v2010.account.incoming_phone_number';
const OFFERED = 'api.v2010.account.available_phone_number_country.available_phone_number';
const KINDS = ['local', 'mobile', 'toll_free'];

const EXCEPTIONS: readonly Exception[] = [
  {
    schemas: [OWNED, ...KINDS.map((kind) => `${OWNED}.incoming_phone_number_${kind}`)],
    reason: "the documents of April 2026 (twilio-oai d50069b) have the number's type, these are older",
    with: { type: { type: 'string' } },
  },
  {
    schemas: [OWNED, ...KINDS.map((kind) => `${OWNED}.incoming_phone_number_${kind}`)],
    reason: 'recorded numbers have an empty text where no application is set',
    with: { sms_application_sid: { type: 'string' }, voice_application_sid: { type: 'string' } },
  },
  {
    schemas: KINDS.map((kind) => `${OFFERED}_${kind}`),
    reason: "the documents' own examples have coordinates as texts, as the recordings do",
    with: {
      latitude: { type: 'string', nullable: true },
      longitude: { type: 'string', nullable: true },
    },
  },
  {
    schemas: ['Local', 'Mobile', 'TollFree'].map((kind) => `ListAvailablePhoneNumber${kind}`),
    reason: "the documents' own examples have no paging keys, nor has the service",
    without: ['end', 'first_page_uri', 'next_page_uri', 'page', 'page_size', 'previous_page_uri', 'start'],
  },
  {
    schemas: ['LookupResponse'],
    reason: "the documents' own examples have null for every kind of data that was not asked for",
    orNull: [
      'caller_name',
      'call_forwarding',
      'identity_match',
      'line_status',
      'line_type_intelligence',
      'reassigned_number',
      'sim_swap',
      'sms_pumping_risk',
    ],
  },
  {
    schemas: [
      'CallerNameInfo',
      'CallForwardingInfo',
      'IdentityMatchInfo',
      'LastSimSwapInfo',
      'LineStatusInfo',
      'LineTypeIntelligenceInfo',
      'ReassignedNumberInfo',
      'SimSwapInfo',
      'SmsPumpingRiskInfo',
    ],
    reason: "the documents' own examples have null for what is not known, and where there is no error",
    orNull: true,
  },
];

/** Paths missing from the documents: files of media and recordings, and resources as XML or CSV, have no `.json`. */
export const UNDESCRIBED = /^\/2010-04-01\/Accounts(\/[\w/]+)?(\.(wav|mp3|xml|csv))?$/;

/** Corrects a schema by the exceptions. @param name of a component or an operation */
export function amend(name: string, schema: Schema): Schema {
  for (const exception of EXCEPTIONS.filter(({ schemas }) => schemas.includes(name))) {
    Object.assign(schema.properties ?? {}, exception.with);
    for (const field of exception.without ?? []) delete schema.properties?.[field];
    allowNull(schema, exception.orNull);
  }
  return schema;
}

function allowNull({ properties = {} }: Schema, fields: Exception['orNull'] = []): void {
  for (const field of fields === true ? Object.keys(properties) : fields) {
    properties[field] = { anyOf: [{ type: 'null' }, properties[field] ?? {}] };
  }
}
