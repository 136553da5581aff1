// Puts together what init reports at its end.
import { findDeliveryFault } from './delivery.js';
import { formatSentText, type InitReport } from './report.js';
import type { StepResult } from './run.js';
import { required, type Setup } from './setup.js';

/** The report of a run that came to its end. */
export function createInitReport(setup: Setup, steps: readonly StepResult[]): InitReport {
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
    next: listNext(setup, steps),
    error: fault?.toJSON() ?? null,
  };
}

function listNext(setup: Setup, steps: readonly StepResult[]): string[] {
  if (setup.choices.dryRun) return ['relay-phone init, to carry this out'];
  const rewritten = steps.some(
    ({ id, outcome }) => outcome === 'changed' && (id === 'env-file' || id === 'twiml-app'),
  );
  return [
    ...(rewritten ? ['restart the app if it is running: it reads .env and the TwiML app only once'] : []),
    ...(setup.checkout ? ['relay-phone checkout prepare, to make its database and a user with phones'] : []),
    ...(setup.target === 'sandbox'
      ? ['relay-phone sandbox, to keep the local Twilio running for the app']
      : []),
    ...(setup.target === 'live'
      ? ['relay-phone tunnel, to lead Twilio to the app at 127.0.0.1:8000 while you work']
      : []),
    'relay-phone status, to see all this again',
    'relay-phone undo, to take it all back',
  ];
}
