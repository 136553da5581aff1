// A workspace whose sandbox is served from the test's own process, with an app behind it, until the test has finished.
import { onTestFinished } from 'vitest';
import { serveSandbox } from '../../src/sandbox/instance/join.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { DEADLINE } from './deadline.js';
import { openOwnStateFolder } from './own-state-folder.js';
import { startApp, type WebhookApp } from './webhook-app.js';
import { createWorkspace, type Workspace } from './workspace.js';

/** Where commands run, and what they meet. */
export interface ServedWorkspace {
  readonly workspace: Workspace;
  readonly sandbox: Sandbox;
  readonly app: WebhookApp;
}

/** Sets it up; the account has no number yet. */
export async function createServedWorkspace(): Promise<ServedWorkspace> {
  const workspace = createWorkspace();
  onTestFinished(workspace.remove);
  const folder = openOwnStateFolder(workspace.file('.relay-phone'));
  const sandbox = await serveSandbox(folder, { command: 'sandbox', timeoutMs: DEADLINE });
  onTestFinished(sandbox.close);
  const app = await startApp(sandbox.authToken);
  onTestFinished(app.close);
  return { workspace, sandbox, app };
}
