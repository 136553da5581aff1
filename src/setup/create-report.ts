// Builds the JSON documents of `init` and `send-test` from the facts that a run found.
import type { RelayPhoneError } from '../errors.js';
import { findDeliveryFault } from './delivery.js';
import type { InitReport, SendTestReport } from './report.js';
import type { StepResult } from './run.js';
import { required, type Setup, type SetupFacts } from './setup.js';

/**
 * Returns the document of an `init` whose steps all ran; its `error` is set if the verification text did not arrive.
 *
 * @param next commands to run next
 */
export function createInitReport(
  setup: Setup,
  steps: readonly StepResult[],
  next: readonly string[],
): InitReport {
  const { facts } = setup;
  const { bought: _bought, ...mainNumber } = required(facts.mainNumber);
  const { fields, ...app } = required(facts.app);
  const text = required(facts.text);
  const fault = findDeliveryFault(text, 'init');
  return {
    command: 'init',
    target: setup.target,
    dryRun: setup.choices.dryRun,
    steps: steps.map((step) => ({ ...step, changes: [...step.changes] })),
    account: { ...required(facts.account), balance: required(facts.account).balance ?? null },
    mainNumber: { ...mainNumber, sid: mainNumber.sid ?? null, monthly: mainNumber.monthly ?? null },
    publicBase: required(facts.publicBase),
    app: { ...app, sid: app.sid ?? null, webhooks: fields },
    envFile: {
      ...required(facts.envFile),
      keys: [...required(facts.envFile).keys],
      backup: required(facts.envFile).backup ?? null,
    },
    text: formatSentText(text),
    monthlyCost: mainNumber.monthly ?? null,
    warnings: [...setup.warnings],
    next: [...next],
    error: fault?.toJSON() ?? null,
  };
}

/** The mask that `send-test` took or found. */
export type SendTestMask = NonNullable<SendTestReport['mask']>;

/** What a `send-test` found so far; a missing member was not reached or not asked for. */
export interface SendTestResults {
  text?: NonNullable<SetupFacts['text']>;
  verified?: NonNullable<SendTestReport['verified']>;
  mask?: SendTestMask;
  error?: RelayPhoneError;
}

/** Returns the document of a `send-test`. */
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

function formatSentText(text: NonNullable<SetupFacts['text']>): InitReport['text'] {
  return { ...text, sid: text.sid ?? null, errorCode: text.errorCode ?? null, shown: text.shown ?? null };
}
