// Faults of an account in the sandbox: numbers, TwiML app, Messaging Services, traffic.
import { ask, BASE, SMS, startTunnel, webhook } from '../gateway.js';
import { waitForStatus } from '../sandbox-client.js';
import type { Faults } from './fault.js';
import type { SandboxScene } from './sandbox-scene.js';

const ELSEWHERE = 'http://127.0.0.1:9';

/** The faults, by the id of the finding. */
export const ACCOUNT_FAULTS: Faults<SandboxScene> = {
  'could-not-look': ({ sandbox }) => {
    sandbox.fail({ path: 'Alerts', answer: { status: 503 } });
    return undefined;
  },
  'nothing-set-up': ({ workspace, app }) => {
    workspace.removeFiles(['.env']);
    return { args: ['--state-dir', 'nowhere', '--app', app.origin], besides: ['env-missing'] };
  },
  'sandbox-missing': ({ app }) => ({ args: ['--state-dir', 'nowhere', '--app', app.origin] }),
  'env-other-account': ({ setEnv }) => {
    setEnv({ TWILIO_AUTH_TOKEN: 'f'.repeat(32) });
    return undefined;
  },
  'sandbox-not-running': async ({ sandbox }) => {
    await sandbox.close();
    return undefined;
  },
  'main-number-not-owned': ({ setEnv }) => {
    setEnv({ TWILIO_MAIN_NUMBER: '+13015550101' });
    return undefined;
  },
  'main-number-no-pictures': async ({ client, setEnv }) => {
    const phoneNumber = '+442079460100';
    await client.incomingPhoneNumbers.create({ phoneNumber });
    setEnv({ TWILIO_MAIN_NUMBER: phoneNumber });
    return undefined;
  },
  'toll-free-unverified': async ({ client, sandbox, setEnv }) => {
    const phoneNumber = '+18005550100';
    await client.incomingPhoneNumbers.create({ phoneNumber });
    sandbox.compliance(phoneNumber, { tollFree: 'unverified' });
    setEnv({ TWILIO_MAIN_NUMBER: phoneNumber });
    return undefined;
  },
  'app-gone': async ({ client, applicationSid }) => {
    await client.applications(applicationSid).remove();
    return undefined;
  },
  'webhooks-missing': async ({ client, applicationSid }) => {
    await client.applications(applicationSid).update({ voiceUrl: '' });
    return undefined;
  },
  'status-callbacks-missing': async ({ client, applicationSid }) => {
    await client.applications(applicationSid).update({ smsStatusCallback: '', messageStatusCallback: '' });
    return undefined;
  },
  'webhooks-on-several-hosts': async ({ client, applicationSid }) => {
    await client.applications(applicationSid).update({ voiceUrl: `${ELSEWHERE}/api/v1/inbound_call` });
    return undefined;
  },
  'webhooks-not-post': async ({ client, applicationSid }) => {
    await client.applications(applicationSid).update({ smsMethod: 'GET' });
    return undefined;
  },
  'webhooks-unlike-relay': async ({ client, applicationSid, app }) => {
    await client.applications(applicationSid).update({ smsUrl: `${app.origin}/sms` });
    return undefined;
  },
  'host-stale': async ({ client, applicationSid }) => {
    const moved = (path: string) => `${ELSEWHERE}/api/v1/${path}`;
    await client.applications(applicationSid).update({
      voiceUrl: moved('inbound_call'),
      smsUrl: moved('inbound_sms'),
      statusCallback: moved('voice_status'),
      smsStatusCallback: moved('sms_status'),
      messageStatusCallback: moved('sms_status'),
    });
    return undefined;
  },
  'service-gone': ({ setEnv }) => {
    setEnv({ TWILIO_MESSAGING_SERVICE_SID: `MG${'0'.repeat(32)}` });
    return undefined;
  },
  'service-loses-texts': async ({ client, mainSid }) => {
    const { services } = client.messaging.v1;
    const { sid } = await services.create({ friendlyName: 'Masks' });
    await services(sid).phoneNumbers.create({ phoneNumberSid: mainSid });
    return undefined;
  },
  'service-wins-over-app': async ({ client, setEnv }) => {
    const inboundRequestUrl = `${ELSEWHERE}/sms`;
    const service = await client.messaging.v1.services.create({ friendlyName: 'Masks', inboundRequestUrl });
    setEnv({ TWILIO_MESSAGING_SERVICE_SID: service.sid });
    return undefined;
  },
  'recent-alerts': async ({ sandbox, client, main, mainSid }) => {
    await client.incomingPhoneNumbers(mainSid).update({ smsUrl: `${ELSEWHERE}/sms` });
    await sandbox.phone('+12125550190').text(main, 'Hello');
    return undefined;
  },
  'recorded-fault': async ({ workspace, app }) => {
    const tunnel = await startTunnel(workspace, app.origin);
    await ask(tunnel.origin, webhook({}, { url: `http://${new URL(BASE).host}${SMS}` }));
    await tunnel.end();
    return undefined;
  },
  'texts-undelivered': async ({ sandbox, client, main }) => {
    const to = '+12125550191';
    sandbox.phone(to).behave({ texts: { undelivered: 30003 } });
    const { sid } = await client.messages.create({ from: main, to, body: 'Hello' });
    await waitForStatus(client, sid, 'undelivered');
    return undefined;
  },
};
