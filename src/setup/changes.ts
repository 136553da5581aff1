// The kinds of change to an account or a file, each with the data that undo needs.
import * as z from 'zod';

/** The webhook fields of a TwiML app, as the SDK spells them. */
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

/** The fields that one update touches. */
export type SomeAppFields = z.infer<typeof someAppFields>;

const numberFields = z.object({ smsApplicationSid: z.string(), voiceApplicationSid: z.string() });

/** The fields of a number that name the TwiML app of its texts and calls; empty without one. */
export type NumberFields = z.infer<typeof numberFields>;

const kinds = {
  numberBought: z.object({
    kind: z.literal('number-bought'),
    phoneNumber: z.string(),
    sid: z.string().optional(),
    /** The TwiML app of a number that was bought as a mask; absent for a main number. */
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
    /** True if the file did not exist before. */
    created: z.boolean(),
    /** The path, in the state folder, of a copy of the old file or of the starter that the new file was made from. */
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
  numberReleased: z.object({
    kind: z.literal('number-released'),
    /** Of this ownership of the number: a number that is bought again has another one. */
    sid: z.string(),
    phoneNumber: z.string(),
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
  /** A number whose webhooks go to `conformance` while that runs. */
  numberBorrowed: z.object({
    kind: z.literal('number-borrowed'),
    sid: z.string(),
    phoneNumber: z.string(),
    before: z.record(z.string(), z.string()),
    fields: z.record(z.string(), z.string()),
  }),
  /** Something that a behaviour of `conformance` creates; `tag` is in its name or its text, and in nothing else. */
  trialCreated: z.object({
    kind: z.literal('trial-created'),
    collection: z.enum(['Applications', 'Services', 'Messages', 'Calls']),
    tag: z.string(),
    /** The two numbers that text and call each other. */
    numbers: z.tuple([z.string(), z.string()]),
    sid: z.string().optional(),
  }),
  /** The phone `from` may have opted out of the texts of `to`. */
  optOutRisked: z.object({ kind: z.literal('opt-out-risked'), from: z.string(), to: z.string() }),
  sessionStarted: z.object({
    kind: z.literal('session-started'),
    /** The folder of the Relay checkout, and the Python that runs it. */
    checkout: z.string(),
    python: z.string(),
    email: z.string(),
    /** The file of Relay's database. */
    database: z.string().optional(),
  }),
};

/** The data of a change, by kind. */
export const changeDataSchema = z.discriminatedUnion('kind', [
  kinds.numberBought,
  kinds.appCreated,
  kinds.appUpdated,
  kinds.envWritten,
  kinds.numberAttached,
  kinds.numberReleased,
  kinds.textSent,
  kinds.numberBorrowed,
  kinds.trialCreated,
  kinds.optOutRisked,
  kinds.sessionStarted,
]);

/** See {@link changeDataSchema}. */
export type ChangeData = z.infer<typeof changeDataSchema>;

/** Every kind of change. */
export type ChangeKind = ChangeData['kind'];

/** The data of one kind of change. */
export type ChangeDataOf<K extends ChangeKind> = Extract<ChangeData, { kind: K }>;

/** True for a change that belongs to no account, such as a session in Relay's database: every journal has it. */
export function isOfNoAccount({ kind }: ChangeData): boolean {
  return kind === 'session-started';
}

/** `intended` recorded, result unknown · `done` took place · `undone` taken back · `abandoned` never took place. */
export const changeState = z.enum(['intended', 'done', 'undone', 'abandoned']);

/** One change and its state. */
export interface Change<D extends ChangeData = ChangeData> {
  readonly id: string;
  /** When it was recorded, ISO 8601. */
  readonly at: string;
  readonly target: 'live' | 'sandbox';
  readonly accountSid: string;
  readonly state: z.infer<typeof changeState>;
  /** True if the command that made it undoes it when it ends. */
  readonly temporary?: boolean | undefined;
  readonly data: D;
}
