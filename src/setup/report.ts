// The schemas of the JSON documents that init, status, send-test and undo print: the contract with scripts.
import * as z from 'zod';
import { appFields } from './changes.js';

/** An amount of money. */
export const money = z
  .object({ amount: z.string().describe('a decimal number'), currency: z.string().describe('ISO 4217') })
  .describe('an amount of money');

const account = z.object({
  sid: z.string(),
  friendlyName: z.string(),
  type: z.string().describe("Twilio's word: Full or Trial"),
  status: z.string().describe("Twilio's word: active, suspended or closed"),
  balance: money.nullable().describe('null for a subaccount, which has none of its own'),
});

/** The target of a run. */
export const target = z.enum(['live', 'sandbox']);

/** A RelayPhoneError: what failed, why, and what to run. */
export const problem = z.object({
  kind: z.enum(['bug', 'usage', 'needsUser', 'refused', 'network', 'fault', 'interrupted']),
  message: z.string(),
  tryNext: z.array(z.string()),
  more: z.string().nullable(),
  twilioCode: z.number().nullable(),
  exitCode: z.number(),
});

/** A text and its delivery status. */
const sentText = z.object({
  sid: z.string().nullable().describe('null while it is only planned'),
  from: z.string(),
  to: z.string(),
  status: z.string().describe("Twilio's word, or planned"),
  errorCode: z.number().nullable(),
  shown: z.string().nullable().describe('what the phone shows; in the sandbox only'),
});

/** The JSON document of any command that fails. */
export const errorReportSchema = z.object({ error: problem });

/** The JSON document of `init`. */
export const initReportSchema = z.object({
  command: z.literal('init'),
  target,
  dryRun: z.boolean(),
  steps: z.array(
    z.object({
      id: z.enum(['account', 'main-number', 'public-base', 'twiml-app', 'env-file', 'verification-text']),
      title: z.string(),
      outcome: z.enum(['kept', 'changed', 'planned']),
      summary: z.string(),
      changes: z.array(z.string()),
    }),
  ),
  account,
  mainNumber: z.object({
    phoneNumber: z.string(),
    sid: z.string().nullable().describe('null while it is only planned'),
    monthly: money.nullable(),
  }),
  publicBase: z.string(),
  app: z.object({
    sid: z.string().nullable().describe('null while it is only planned'),
    friendlyName: z.string(),
    webhooks: appFields,
  }),
  envFile: z.object({
    path: z.string(),
    keys: z.array(z.object({ key: z.string(), action: z.enum(['added', 'changed', 'kept']) })),
    backup: z.string().nullable(),
  }),
  text: sentText,
  monthlyCost: money.nullable(),
  warnings: z.array(z.string()),
  next: z.array(z.string()).describe('commands to run next'),
  error: problem.nullable().describe('set when the text did not arrive'),
});

/** See {@link initReportSchema}. */
export type InitReport = z.infer<typeof initReportSchema>;

/** The JSON document of `status`. */
export const statusReportSchema = z.object({
  command: z.literal('status'),
  target: target.nullable().describe('null when nothing is set up'),
  settings: z.record(
    z.string(),
    z.object({ value: z.string(), source: z.enum(['flag', 'environment', '.env']) }),
  ),
  account: account.nullable(),
  mainNumber: z
    .object({
      phoneNumber: z.string(),
      sid: z.string().nullable(),
      owned: z.boolean(),
      monthly: money.nullable(),
    })
    .nullable(),
  masks: z
    .array(z.object({ phoneNumber: z.string(), monthly: money.nullable() }))
    .describe('the numbers that serve bought and the account has'),
  app: z
    .object({
      sid: z.string(),
      friendlyName: z.string().nullable(),
      exists: z.boolean(),
      webhooks: appFields.nullable(),
    })
    .nullable(),
  envFile: z.object({ path: z.string(), exists: z.boolean(), missing: z.array(z.string()) }),
  text: z.object({ to: z.string(), status: z.string(), at: z.string() }).nullable(),
  sandbox: z.object({ running: z.boolean(), origin: z.string().nullable() }),
  numbers: z
    .object({
      count: z.number().describe('the numbers that the account owns'),
      notOurs: z
        .number()
        .describe('those that are neither the main number nor bought or attached by relay-phone'),
      unpriced: z.number().describe('those without a known price, which monthlyCost lacks'),
    })
    .nullable(),
  monthlyCost: money.nullable().describe('of all numbers of the account'),
  openChanges: z.number().describe('how many changes undo would take back'),
  unreadableLines: z.number().describe('how many lines of the journal of changes cannot be read'),
  warnings: z.array(z.string()),
  next: z.array(z.string()),
});

/** See {@link statusReportSchema}. */
export type StatusReport = z.infer<typeof statusReportSchema>;

/** Where the texts or calls of a number go. */
const route = z.object({
  app: z
    .object({
      sid: z.string(),
      friendlyName: z.string().nullable().describe('null if the account has no such app'),
    })
    .nullable()
    .describe('the TwiML app, which overrides the URL of the number'),
  url: z.string().nullable().describe('null: nowhere'),
});

/** A number of the account. */
const accountNumber = z.object({
  phoneNumber: z.string().describe('shortened without --show-numbers'),
  sid: z.string(),
  use: z
    .enum(['main', 'mask', 'other'])
    .describe('mask: serve has it as a mask, or it leads to the TwiML app of the settings'),
  maskOf: z.string().nullable().describe('the real number of its owner; null if it is not known'),
  ours: z.boolean().describe('the main number, a mask of serve, or bought or attached by relay-phone'),
  texts: route,
  calls: route,
  trunk: z.string().nullable().describe('the SIP trunk that gets its calls instead'),
  service: z
    .object({ sid: z.string(), friendlyName: z.string() })
    .nullable()
    .describe('the Messaging Service that it sends for'),
  monthly: money.nullable().describe('null if Twilio lists no price'),
});

/** See {@link accountNumber}. */
export type NumberReport = z.infer<typeof accountNumber>;

/** The JSON document of `numbers`. */
export const numbersReportSchema = z.object({
  command: z.literal('numbers'),
  target,
  numbers: z.array(accountNumber),
  monthlyCost: money.nullable().describe('of the numbers whose price is known'),
  warnings: z.array(z.string()),
});

/** See {@link numbersReportSchema}. */
export type NumbersReport = z.infer<typeof numbersReportSchema>;

/** The JSON document of `numbers release`. */
export const numbersReleaseReportSchema = z.object({
  command: z.literal('numbers release'),
  target,
  outcome: z
    .enum(['released', 'gone'])
    .describe('gone: relay-phone released it before, or somebody else did meanwhile'),
  number: accountNumber.nullable().describe('as it was before; null if it was gone from the start'),
  warnings: z.array(z.string()),
});

/** See {@link numbersReleaseReportSchema}. */
export type NumbersReleaseReport = z.infer<typeof numbersReleaseReportSchema>;

/** The JSON document of `send-test`. */
export const sendTestReportSchema = z.object({
  command: z.literal('send-test'),
  target,
  number: z.string().describe('the phone'),
  app: z
    .object({
      origin: z.string(),
      serve: z.boolean().describe('whether it is relay-phone serve'),
      relay: z.boolean().describe('whether it is Firefox Relay'),
    })
    .nullable()
    .describe('null with --direct'),
  text: sentText
    .nullable()
    .describe('null when the app sent none: the phone was verified before, or a code was pending'),
  verified: z.enum(['now', 'before']).nullable().describe('null when it was not asked for, or failed'),
  mask: z
    .object({
      phoneNumber: z.string(),
      outcome: z.enum(['taken', 'kept']).describe('kept: the user had it before'),
      monthly: money.nullable().describe('the price of a new one; null if Twilio lists none'),
    })
    .nullable(),
  warnings: z.array(z.string()),
  error: problem
    .nullable()
    .describe('what went wrong after the app was asked, such as a text that did not arrive'),
});

/** See {@link sendTestReportSchema}. */
export type SendTestReport = z.infer<typeof sendTestReportSchema>;

/** The JSON document of `undo`. */
export const undoReportSchema = z.object({
  command: z.literal('undo'),
  target: target.nullable(),
  dryRun: z.boolean(),
  results: z.array(z.object({ id: z.string(), kind: z.string(), undone: z.boolean(), text: z.string() })),
  unreadableLines: z
    .number()
    .describe('how many lines of the journal of changes cannot be read; then the exit code is 6'),
  unknownNumbers: z
    .array(z.object({ phoneNumber: z.string(), monthly: money.nullable() }))
    .describe(
      'the numbers of the account that relay-phone did not buy, which undo never releases; empty without --release-number, unless lines are unreadable',
    ),
  removal: z
    .object({
      removed: z.array(z.string()).describe('the state folder, and records in the configuration folder'),
      stays: z.array(z.string()).describe('why the state folder stays; then nothing was removed'),
    })
    .nullable()
    .describe('null without --all'),
  warnings: z.array(z.string()),
});

/** See {@link undoReportSchema}. */
export type UndoReport = z.infer<typeof undoReportSchema>;
