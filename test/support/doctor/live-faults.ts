// Faults that only a real account can have, not that of a sandbox.
import { webhooksUnder } from '../../../src/setup/webhooks.js';
import type { Run } from './fault.js';
import { type LiveOptions, type LiveScene, TEST_CREDENTIALS } from './live-scene.js';

/** A fault: the account that it needs, and what causes it there. */
export interface LiveFault {
  readonly options?: LiveOptions;
  readonly arrange?: (scene: LiveScene) => Promise<Run | undefined> | Run | undefined;
}

/** The faults, by the id of the finding. */
export const LIVE_FAULTS: Readonly<Record<string, LiveFault>> = {
  'credentials-missing': {
    arrange: ({ setEnv }) => {
      setEnv({ TWILIO_AUTH_TOKEN: undefined });
      return { besides: ['env-keys-missing'] };
    },
  },
  'credentials-malformed': {
    arrange: ({ setEnv }) => {
      setEnv({ TWILIO_AUTH_TOKEN: 'hunter2' });
      return undefined;
    },
  },
  'setting-unresolved': {
    arrange: ({ setEnv }) => {
      setEnv({ TWILIO_AUTH_TOKEN: 'op://Dev/Twilio/token' });
      return undefined;
    },
  },
  'credentials-refused': {
    arrange: ({ setEnv }) => {
      setEnv({ TWILIO_AUTH_TOKEN: 'f'.repeat(32) });
      return undefined;
    },
  },
  'credentials-are-test': {
    arrange: ({ setEnv }) => {
      const { sid, authToken } = TEST_CREDENTIALS;
      setEnv({ TWILIO_ACCOUNT_SID: sid, TWILIO_AUTH_TOKEN: authToken });
      return undefined;
    },
  },
  'account-not-active': { options: { account: { status: 'suspended' } } },
  'account-on-trial': { options: { account: { type: 'Trial' } } },
  'balance-used-up': { options: { account: { balance: '1.15' } } },
  'balance-low': { options: { account: { balance: '3.00' } } },
  'main-number-cannot-text': {
    options: {
      alter: (path, body) => (path.includes('IncomingPhoneNumbers') ? withoutTexts(body) : body),
    },
  },
  'number-unregistered': { options: { isRegistered: false } },
  'campaign-not-verified': {
    options: {
      alter: (_path, body) => body.replace('"campaign_status":"VERIFIED"', '"campaign_status":"FAILED"'),
    },
  },
  'webhooks-malformed': {
    arrange: async ({ client, applicationSid }) => {
      await client.applications(applicationSid).update(webhooksUnder('http://127.0.0.1:8000'));
      return undefined;
    },
  },
  'public-base-unusable': {
    arrange: ({ setEnv }) => {
      setEnv({ SITE_ORIGIN: 'http://127.0.0.1:8000' });
      return undefined;
    },
  },
  'app-scheme-differs': {
    arrange: ({ relay }) => {
      relay({ trustsProxy: false });
      return undefined;
    },
  },
  'app-url-differs': {
    arrange: ({ relay, app }) => {
      relay({ origin: app.origin });
      return undefined;
    },
  },
};

function withoutTexts(body: string): string {
  return body.replaceAll('"sms":true', '"sms":false');
}
