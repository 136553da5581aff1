// Faults of the .env file and the settings.
import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, writeFileSync } from 'node:fs';
import type { Faults } from './fault.js';
import { startRepository } from './machine-faults.js';
import type { SandboxScene } from './sandbox-scene.js';

/** The faults, by the id of the finding. */
export const ENV_FAULTS: Faults<SandboxScene> = {
  'env-missing': ({ workspace }) => {
    workspace.removeFiles(['.env']);
    return undefined;
  },
  'env-unreadable': ({ workspace }) => {
    writeFileSync(workspace.file('.env'), Buffer.from('\uFEFFPHONES_ENABLED=True', 'utf16le'));
    return undefined;
  },
  'env-open': ({ workspace }) => {
    chmodSync(workspace.file('.env'), 0o644);
    return undefined;
  },
  'setting-malformed': () => ({ options: { environment: { RELAY_PHONE_REAL_NUMBER: 'my phone' } } }),
  'env-not-utf8': ({ workspace }) => {
    appendFileSync(workspace.file('.env'), Buffer.from('# caf\xe9\n', 'latin1'));
    return undefined;
  },
  'env-readers-differ': ({ setEnv }) => {
    setEnv({ PHONES_ENABLED: 'True # for the phone' });
    return undefined;
  },
  'env-readers-differ-elsewhere': ({ setEnv }) => {
    setEnv({ SOMETHING_ELSE: '"one\\ntwo"' });
    return undefined;
  },
  'env-tracked-by-git': ({ workspace }) => {
    startRepository(workspace.path);
    execFileSync('git', ['add', '.env'], { cwd: workspace.path });
    return undefined;
  },
  'env-in-git-history': ({ workspace, setEnv }) => {
    const git = (...args: readonly string[]) => execFileSync('git', args, { cwd: workspace.path });
    const commit = () =>
      git('-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '-qm', 'x', '--no-verify');
    setEnv({ SECRET_KEY: 'a-secret-of-the-app' });
    startRepository(workspace.path, () => workspace.write('.gitignore', '.env\n'));
    git('add', '-f', '.env');
    commit();
    git('rm', '-q', '--cached', '.env');
    commit();
    return undefined;
  },
  'env-not-ignored': ({ workspace }) => {
    startRepository(workspace.path);
    return undefined;
  },
  'env-git-unknown': ({ workspace }) => {
    workspace.write('.git', 'gitdir: nowhere\n');
    return { besides: ['state-git-unknown'] };
  },
  'env-keys-missing': ({ setEnv }) => {
    setEnv({ TWILIO_MAIN_NUMBER: undefined, TWILIO_SMS_APPLICATION_SID: undefined });
    return undefined;
  },
  'phones-disabled': ({ setEnv }) => {
    setEnv({ PHONES_ENABLED: 'False' });
    return undefined;
  },
  'site-origin-without-scheme': ({ setEnv }) => {
    setEnv({ SITE_ORIGIN: 'relay.example.com' });
    return undefined;
  },
  'hosts-lack': ({ setEnv }) => {
    setEnv({ ALLOWED_HOSTS: 'relay.example.com,localhost' });
    return undefined;
  },
  'env-overridden': () => ({ options: { environment: { SUBSCRIPTIONS_WITH_PHONE: 'another' } } }),
  'test-credentials-left': ({ setEnv, sandbox }) => {
    setEnv({
      TWILIO_TEST_ACCOUNT_SID: sandbox.testCredentials.sid,
      TWILIO_TEST_AUTH_TOKEN: sandbox.testCredentials.authToken,
    });
    return undefined;
  },
  'test-credentials-with-service': async ({ setEnv, sandbox, client }) => {
    const service = await client.messaging.v1.services.create({
      friendlyName: 'Masks',
      useInboundWebhookOnNumber: true,
    });
    setEnv({
      TWILIO_TEST_ACCOUNT_SID: sandbox.testCredentials.sid,
      TWILIO_TEST_AUTH_TOKEN: sandbox.testCredentials.authToken,
      TWILIO_MESSAGING_SERVICE_SID: service.sid,
    });
    return undefined;
  },
};
