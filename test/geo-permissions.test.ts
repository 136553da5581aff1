// `relay-phone sandbox --allow-country`: texts and calls may go to more countries, for good.
import { expect, it, onTestFinished } from 'vitest';
import { joinSandbox } from '../src/sandbox/instance/join.js';
import { DEADLINE } from './support/deadline.js';
import { openOwnStateFolder } from './support/own-state-folder.js';
import { startSandbox } from './support/sandbox-child.js';
import { createWorkspace } from './support/workspace.js';

it('allows countries, also in the sandboxes that other commands start later', async () => {
  const workspace = createWorkspace();
  onTestFinished(workspace.remove);
  const join = async () => {
    const folder = openOwnStateFolder(workspace.file('.relay-phone'));
    return joinSandbox(folder, { command: 'test', timeoutMs: DEADLINE });
  };
  const child = await startSandbox(
    workspace,
    '--port',
    '0',
    '--allow-country',
    'gb',
    '--allow-country',
    'DE',
  );
  const running = await join();
  expect(await running.control.allowedCountries()).toEqual(['CA', 'DE', 'GB', 'US']);
  await running.close();
  await child.end('SIGINT');
  const later = await join();
  expect(await later.control.allowedCountries()).toEqual(['CA', 'DE', 'GB', 'US']);
  await later.close();
});

it('refuses what is not a country, before the sandbox starts', async () => {
  const workspace = createWorkspace();
  onTestFinished(workspace.remove);
  const { code, stderr } = await workspace.run(['sandbox', '--port', '0', '--allow-country', 'England']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('that is not the ISO 3166 code of a country')]);
});
