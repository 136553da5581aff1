// Starts an app behind a number of the sandbox in a workspace.
import { onTestFinished } from 'vitest';
import { OWN_AGENT } from '../../src/http/user-agents.js';
import { joinSandbox } from '../../src/sandbox/instance/join.js';
import { DEADLINE } from './deadline.js';
import { openOwnStateFolder } from './own-state-folder.js';
import { createSandboxClient } from './sandbox-client.js';
import { startApp, type WebhookApp } from './webhook-app.js';
import type { Workspace } from './workspace.js';

/** The number of the app. */
export const NUMBER = '+12025550100';

/** Starts the app and buys the number. `path` is the webhook path for texts or calls; empty for no webhook. */
export async function setUpApp(
  workspace: Workspace,
  setting: 'smsUrl' | 'voiceUrl',
  path: string,
): Promise<WebhookApp> {
  const folder = openOwnStateFolder(workspace.file('.relay-phone'));
  const sandbox = await joinSandbox(folder, { command: 'test', timeoutMs: DEADLINE });
  const app = await startApp(sandbox.authToken);
  onTestFinished(app.close);
  // Requests of the test are not those of the app.
  await createSandboxClient(sandbox, [OWN_AGENT]).incomingPhoneNumbers.create({
    phoneNumber: NUMBER,
    [setting]: path && app.origin + path,
  });
  await sandbox.close();
  return app;
}
