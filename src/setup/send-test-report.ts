// The JSON document that send-test prints; its schema is the contract with scripts.
import * as z from 'zod';
import type { RelayPhoneError } from '../errors.js';
import { formatSentText, money, problem, sentText, target } from './report.js';
import type { Setup, SetupFacts } from './setup.js';

/** What `send-test --json` prints. */
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
      monthly: money.nullable().describe('what a new one costs, where Twilio tells'),
    })
    .nullable(),
  warnings: z.array(z.string()),
  error: problem
    .nullable()
    .describe('what went wrong after the app was asked, such as a text that did not arrive'),
});

/** See {@link sendTestReportSchema}. */
export type SendTestReport = z.infer<typeof sendTestReportSchema>;

/** The mask of the phone's owner. */
export type SendTestMask = NonNullable<SendTestReport['mask']>;

/** What was found out on the way; what is missing was not reached or not asked for. */
export interface SendTestResults {
  text?: NonNullable<SetupFacts['text']>;
  verified?: NonNullable<SendTestReport['verified']>;
  mask?: SendTestMask;
  error?: RelayPhoneError;
}

/** Puts the report together. */
export function createSendTestReport(
  { target, warnings }: Setup,
  number: string,
  app: SendTestReport['app'],
  { text, verified, mask, error }: SendTestResults,
): SendTestReport {
  return {
    command: 'send-test',
    target,
    number,
    app,
    text: text ? formatSentText(text) : null,
    verified: verified ?? null,
    mask: mask ?? null,
    warnings: [...warnings],
    error: error?.toJSON() ?? null,
  };
}
