// A stranger's app behind a number of the sandbox that a workspace holds.
import { onTestFinished } from 'vitest';
import { joinSandbox } from '../../src/sandbox/instance/join.js';
import { openStateFolder } from '../../src/state/folder.js';
import { DEADLINE } from './deadline.js';
import { createSandboxClient } from './sandbox-client.js';
import { startApp, type WebhookApp } from './webhook-app.js';
import type { Workspace } from './workspace.js';

/** The number. */
export const NUMBER = '+12025550100';

/** Starts the app and buys the number; `path` is where the app is told of texts or calls, empty for nowhere. */
export async function setUpApp(
  workspace: Workspace,
  setting: 'smsUrl' | 'voiceUrl',
  path: string,
): Promise<WebhookApp> {
  const folder = openStateFolder(workspace.file('.relay-phone'));
  const sandbox = await joinSandbox(folder, { command: 'test', timeoutMs: DEADLINE });
  const app = await startApp(sandbox.authToken);
  onTestFinished(app.close);
  await createSandboxClient(sandbox).incomingPhoneNumbers.create({
    phoneNumber: NUMBER,
    [setting]: path && app.origin + path,
  });
  await sandbox.close();
  return app;
}
