// The browser page of the sandbox that another process serves for a workspace.
import { onTestFinished } from 'vitest';
import { openPageFiles } from '../../src/page/server/files.js';
import { type OpenPage, openPage } from '../../src/page/server/open-page.js';
import { createSandboxSource } from '../../src/page/server/source.js';
import { joinSandbox } from '../../src/sandbox/instance/join.js';
import { DEADLINE } from './deadline.js';
import { openOwnStateFolder } from './own-state-folder.js';
import type { Workspace } from './workspace.js';

/** Serves the page until the test ends. */
export async function openFolderPage(workspace: Pick<Workspace, 'file'>): Promise<OpenPage> {
  const folder = openOwnStateFolder(workspace.file('.relay-phone'));
  const sandbox = await joinSandbox(folder, { command: 'test', timeoutMs: DEADLINE });
  const page = await openPage({
    port: 0,
    spare: 0,
    token: 'token-of-the-page',
    source: createSandboxSource(sandbox),
    files: openPageFiles('dist/page'),
    now: Date.now,
  });
  onTestFinished(page.close);
  return page;
}
