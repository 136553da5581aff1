// The kinds of change we make to an account or a file, with what undoing each one needs to know.
import * as z from 'zod';

/** The fields of a TwiML app that we set, in the SDK's spelling. */
export const appFields = z.object({
  voiceUrl: z.string(),
  voiceMethod: z.string(),
  statusCallback: z.string(),
  statusCallbackMethod: z.string(),
  smsUrl: z.string(),
  smsMethod: z.string(),
  smsStatusCallback: z.string(),
  messageStatusCallback: z.string(),
});

/** See {@link appFields}. */
export type AppFields = z.infer<typeof appFields>;

const someAppFields = appFields.partial();

/** Some of the fields, as an update touches them. */
export type SomeAppFields = z.infer<typeof someAppFields>;

const numberFields = z.object({ smsApplicationSid: z.string(), voiceApplicationSid: z.string() });

/** The fields of a number that lead its texts and calls to a TwiML app; empty when they do not. */
export type NumberFields = z.infer<typeof numberFields>;

const kinds = {
  numberBought: z.object({
    kind: z.literal('number-bought'),
    phoneNumber: z.string(),
    sid: z.string().optional(),
    /** The TwiML app that it was bought for, as a mask; the main number has none. */
    applicationSid: z.string().optional(),
  }),
  appCreated: z.object({
    kind: z.literal('app-created'),
    friendlyName: z.string(),
    fields: appFields,
    sid: z.string().optional(),
  }),
  appUpdated: z.object({
    kind: z.literal('app-updated'),
    sid: z.string(),
    friendlyName: z.string(),
    before: someAppFields,
    fields: someAppFields,
  }),
  envWritten: z.object({
    kind: z.literal('env-written'),
    path: z.string(),
    /** Whether there was no file before. */
    created: z.boolean(),
    /** The copy, in the state folder, of what we started from: the file as it was, or the starter it was made from. */
    backup: z.string().optional(),
    /** SHA-256 of each value we wrote: the values themselves may be secrets. */
    keys: z.record(z.string(), z.string()),
  }),
  numberAttached: z.object({
    kind: z.literal('number-attached'),
    sid: z.string(),
    phoneNumber: z.string(),
    applicationSid: z.string(),
    before: numberFields,
  }),
  textSent: z.object({
    kind: z.literal('text-sent'),
    from: z.string(),
    to: z.string(),
    body: z.string(),
    sid: z.string().optional(),
    status: z.string().optional(),
    errorCode: z.number().optional(),
  }),
};

/** What a change did. */
export const changeDataSchema = z.discriminatedUnion('kind', [
  kinds.numberBought,
  kinds.appCreated,
  kinds.appUpdated,
  kinds.envWritten,
  kinds.numberAttached,
  kinds.textSent,
]);

/** See {@link changeDataSchema}. */
export type ChangeData = z.infer<typeof changeDataSchema>;

/** Every kind of change. */
export type ChangeKind = ChangeData['kind'];

/** The changes of one kind. */
export type ChangeDataOf<K extends ChangeKind> = Extract<ChangeData, { kind: K }>;

/**
 * Where a change stands: `intended` written down but not known to have happened · `done` · `undone` taken back ·
 * `abandoned` known never to have happened.
 */
export const changeState = z.enum(['intended', 'done', 'undone', 'abandoned']);

/** One change and where it stands. */
export interface Change<D extends ChangeData = ChangeData> {
  readonly id: string;
  /** When it was intended, ISO 8601. */
  readonly at: string;
  readonly target: 'live' | 'sandbox';
  readonly accountSid: string;
  readonly state: z.infer<typeof changeState>;
  /** Whether it was to be taken back when the command that made it ends. */
  readonly temporary?: boolean | undefined;
  readonly data: D;
}
