// Checks that the app reaches the sandbox: an app that was not started through exec asks the real Twilio, in vain.
import { found, nothingToCheck, pass } from '../../check.js';
import { createDoctorCheck } from '../doctor-context.js';

/** Checks that the app has asked the sandbox something, if its webhooks fail. */
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
    'app-never-asked': {
      severity: 'warning',
      why: 'An app that asks Twilio for anything reaches the sandbox only if it was started through exec.',
    },
    'app-other-token': {
      severity: 'fault',
      why: 'The app read .env before it was changed, or reads another one.',
    },
  },
  run: async ({ target, findAppContact, inspectCheckout, execCommand }) => {
    if (target !== 'sandbox') return nothingToCheck('the account is live');
    const contact = await findAppContact();
    if (!contact) return nothingToCheck('no sandbox is running');
    const { requests, refusedRequests, failedWebhooks, lastFailure } = contact;
    if (requests > 0) return pass(`it has asked ${count(requests, 'time')}`);
    if (refusedRequests > 0) {
      const what = `${count(refusedRequests, 'request')} had credentials that the sandbox does not know`;
      return found({ id: 'app-other-token', what, tryNext: [`start the app again: ${await execCommand()}`] });
    }
    if (failedWebhooks === 0)
      return nothingToCheck('no webhook has failed, and the app has asked for nothing');
    const reason = lastFailure?.reason ? `: "${lastFailure.reason}"` : '';
    const what = `it answered ${count(failedWebhooks, 'webhook')} with ${lastFailure?.status ?? '5xx'}${reason}, and has never asked the sandbox for anything`;
    return found({
      id: inspectCheckout ? 'app-blind' : 'app-never-asked',
      what,
      tryNext: [`end the app, and start it so: ${await execCommand()}`],
    });
  },
});

function count(times: number, name: string): string {
  return `${times} ${name}${times === 1 ? '' : 's'}`;
}
