// Tests that one process at a time has the exchanges, and that others need the running gateway's token.
import { writeFileSync } from 'node:fs';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { ask, startApp, startTunnel, webhook } from '../../test/support/gateway.js';
import { createWorkspace, type Workspace } from '../../test/support/workspace.js';
import { openStateFolder, type StateFolder } from '../state/folder.js';
import { findGatewayAddress, findRunningGateway, openExchanges, openGateway } from './open.js';

const WAITING = { command: 'test', timeoutMs: 200 };

let workspace: Workspace;
let folder: StateFolder;
let app: string;
beforeEach(async () => {
  workspace = createWorkspace();
  onTestFinished(workspace.remove);
  folder = openStateFolder(workspace.file('.relay-phone'));
  app = (await startApp((_incoming, outgoing) => void outgoing.end())).origin;
});

it('refuses a second gateway on the same folder and names the holder', async () => {
  await startTunnel(workspace, app);
  const options = { app, publicBase: () => app, authToken: '', webhooks: () => [], emit: () => undefined };
  await expect(openGateway(folder, options, WAITING)).rejects.toMatchObject({
    kind: 'needsUser',
    reason: expect.stringContaining('relay-phone tunnel'),
  });
});

it('reads exchanges through a running gateway with its token, and from the database if none runs', async () => {
  const { origin, end } = await startTunnel(workspace, app);
  await ask(origin, webhook());
  const address = findGatewayAddress(folder);
  for (const authorization of ['', 'Bearer x', `Bearer ${address?.token}x`]) {
    const answer = await fetch(`${address?.origin}/exchanges`, { headers: { authorization } });
    expect([answer.status, await answer.text()]).toEqual([401, '']);
  }
  const asked = await openExchanges(folder, WAITING);
  const [whole, list] = [await asked.find(1), await asked.list({})];
  expect([whole?.summary, await asked.find(9)]).toEqual([list[0], undefined]);
  await asked.close();
  await end();
  const read = await openExchanges(folder, WAITING);
  expect([await read.find(1), await read.list({})]).toEqual([whole, list]);
  await read.close();
});

it('ignores the address of a gateway that was killed', async () => {
  writeFileSync(folder.file('gateway.json'), JSON.stringify({ origin: 'http://127.0.0.1:1', token: 'x' }));
  expect(findRunningGateway(folder)).toBeUndefined();
  const read = await openExchanges(folder, WAITING);
  expect(await read.list({})).toEqual([]);
  await read.close();
  expect(findGatewayAddress(folder)).toBeUndefined();
});
