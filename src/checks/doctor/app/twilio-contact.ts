// Checks that the app reaches the sandbox: one that was not started through exec asks the real Twilio, in vain.
import { found, nothingToCheck, pass } from '../../check.js';
import { createDoctorCheck, type SeenApp } from '../doctor-context.js';

/** Checks that the app has asked the sandbox something, or was started so that it can. */
export const appContactCheck = createDoctorCheck({
  id: 'app-contact',
  group: 'app',
  expects: 'the app reaches this Twilio, if it asks for anything',
  needs: ['app'],
  findings: {
    'app-blind': {
      severity: 'fault',
      why: 'Its requests go to the real Twilio, which does not know the account: every text and call fails.',
    },
    'app-outside': {
      severity: 'fault',
      why: 'Its requests go to the real Twilio, which does not know the account of the sandbox.',
    },
    'app-never-asked': {
      severity: 'warning',
      why: 'An app that asks Twilio for anything reaches the sandbox only if it was started through exec.',
    },
    'app-other-token': {
      severity: 'fault',
      why: 'The app read .env before it was changed, or reads another one.',
    },
  },
  run: async ({ target, findAppContact, seeAppProcess, inspectCheckout, lines }) => {
    if (target !== 'sandbox') return nothingToCheck('the account is live');
    const contact = await findAppContact();
    // An app that has asked is well, however it was started.
    if (contact && contact.requests > 0) return pass(`it has asked ${count(contact.requests, 'time')}`);
    if (contact && contact.refusedRequests > 0) {
      const what = `${count(contact.refusedRequests, 'request')} had credentials that the sandbox does not know`;
      return found({ id: 'app-other-token', what, tryNext: [`start the app again: ${lines.exec}`] });
    }
    const seen = await seeAppProcess();
    const outside =
      seen.start === 'outside' ? `${seen.process} was not started through relay-phone exec` : undefined;
    const tryNext = [`end the app, and start it so: ${lines.exec}`];
    if (contact && contact.failedWebhooks > 0) {
      const what = [describeFailures(contact), ...(outside ? [outside] : [])].join('; ');
      return found({ id: inspectCheckout || outside ? 'app-blind' : 'app-never-asked', what, tryNext });
    }
    if (outside !== undefined) {
      // One that only answers TwiML never asks; Relay asks at every text.
      if (!inspectCheckout && contact && contact.answeredWebhooks > 0)
        return pass(`${outside}, but it answers webhooks and has asked for nothing`);
      const what = `${outside}: its environment has no proxy that leads to this sandbox`;
      return found({ id: 'app-outside', what, tryNext });
    }
    if (seen.start !== 'unknown') return pass('it was started so that its requests reach this sandbox');
    const known = contact
      ? 'the app has asked for nothing, and no webhook has failed'
      : 'no sandbox is running';
    return nothingToCheck(`${known}; could not look how the app was started: ${seen.why}`);
  },
});

function describeFailures({ failedWebhooks, lastFailure }: SeenApp): string {
  const reason = lastFailure?.reason ? `: "${lastFailure.reason}"` : '';
  return `it answered ${count(failedWebhooks, 'webhook')} with ${lastFailure?.status ?? '5xx'}${reason}, and has never asked the sandbox for anything`;
}

function count(times: number, name: string): string {
  return `${times} ${name}${times === 1 ? '' : 's'}`;
}
