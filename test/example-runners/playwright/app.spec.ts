// The example in Playwright: one sandbox for each worker. npx playwright test
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test as base, expect as baseExpect } from '@playwright/test';
import { matchers } from 'relay-phone/matchers';
import {
  type SandboxTestFixtures,
  type SandboxWorkerFixtures,
  sandboxFixtures,
} from 'relay-phone/playwright';
import twilio from 'twilio';
import { createApp, OWNER } from '../app.cjs';

const MASK = '+12025550100';
const expect = baseExpect.extend(matchers);

/** The app runs once for each worker, beside its sandbox. */
const test = base
  .extend<SandboxTestFixtures, SandboxWorkerFixtures>(sandboxFixtures)
  .extend<object, { origin: string }>({
    origin: [
      async ({ workerSandbox: { accountSid, authToken, httpClient } }, use) => {
        const app = createApp(twilio(accountSid, authToken, { httpClient }), authToken);
        const server = app.listen(0, '127.0.0.1');
        await once(server, 'listening');
        await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
        server.close();
      },
      { scope: 'worker' },
    ],
  });

for (const greeting of ['Hello', 'Good morning']) {
  test(`forwards "${greeting}" to the owner`, async ({ sandbox, origin }) => {
    sandbox.number(MASK, { sms: `${origin}/sms` });
    await sandbox.phone('+12125550190').text(MASK, greeting);
    await expect(sandbox.phone(OWNER)).toReceiveText(`Forwarded: ${greeting}`);
    expect(sandbox.phone(OWNER).texts()).toHaveLength(1);
  });
}
