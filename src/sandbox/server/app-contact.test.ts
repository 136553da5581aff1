// What the sandbox has seen of the app.
import { expect, it, onTestFinished } from 'vitest';
import { createSandboxClient } from '../../../test/support/sandbox-client.js';
import { startApp } from '../../../test/support/webhook-app.js';
import { OWN_AGENT } from '../../http/user-agents.js';
import { createControlClient } from '../control/client.js';
import { createSandbox } from '../create.js';

const NUMBER = '+12025550100';

it('counts requests of the app, refused ones apart, and webhooks that it fails; not those of relay-phone', async () => {
  const sandbox = await createSandbox();
  const app = await startApp(sandbox.authToken);
  onTestFinished(async () => {
    await sandbox.close();
    await app.close();
  });
  const control = createControlClient(sandbox);
  const own = createSandboxClient(sandbox, [OWN_AGENT]);
  await own.incomingPhoneNumbers.create({ phoneNumber: NUMBER, smsUrl: app.origin });
  const nothing = {
    requests: 0,
    refusedRequests: 0,
    answeredWebhooks: 0,
    failedWebhooks: 0,
    lastFailure: null,
  };
  expect((await control.state()).app).toEqual(nothing);
  await sandbox.text({ from: '+12125550190', to: NUMBER, body: 'Hello' });
  app.answer(() => ({ status: 500, body: 'TwilioRestException: HTTP 401 error' }));
  await sandbox.text({ from: '+12125550190', to: NUMBER, body: 'Hello' });
  const stranger = createSandboxClient({ ...sandbox, authToken: '0'.repeat(32) });
  await expect(stranger.balance.fetch()).rejects.toMatchObject({ status: 401 });
  const lastFailure = { url: `${app.origin}/`, status: 500, reason: 'TwilioRestException: HTTP 401 error' };
  const seen = { ...nothing, refusedRequests: 1, answeredWebhooks: 2, failedWebhooks: 1, lastFailure };
  expect((await control.state()).app).toEqual(seen);
  await createSandboxClient(sandbox).messages.list();
  sandbox.reset();
  expect((await control.state()).app).toEqual({ ...seen, requests: 1 });
});
