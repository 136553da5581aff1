// How an option names an app, and an address to listen on.
import { describe, expect, it, onTestFinished } from 'vitest';
import { createWorkspace } from '../../../test/support/workspace.js';
import { appOrigin, listenAddress } from './values.js';

describe('a named app', () => {
  it.each([
    [['doctor', '--app', '0'], 2],
    [['doctor', '--app', '65536'], 2],
    [['smoke', '--app', 'https://localhost:1/path'], 2],
    [['smoke', '--app', 'http://me:pw@localhost:1'], 2],
    [['replay', '1', '--to', '::1'], 2],
    [['tunnel', '--to', 'relay'], 2],
    [['tunnel', '--to', 'ftp://localhost:1'], 2],
  ])('that is malformed is wrong usage: %j', async (args, code) => {
    const workspace = createWorkspace();
    onTestFinished(workspace.remove);
    const run = await workspace.run(args);
    expect([run.code, run.stderr]).toEqual([
      code,
      expect.stringContaining(
        'takes the http or https origin of the app, without a path or user, or its port',
      ),
    ]);
  });

  it.each([
    ['3000', 'http://127.0.0.1:3000'],
    [':3000', 'http://127.0.0.1:3000'],
    ['localhost:3000', 'http://localhost:3000'],
    ['localhost', 'http://localhost'],
    ['[::1]:3000', 'http://[::1]:3000'],
    ['0.0.0.0:3000', 'http://127.0.0.1:3000'],
    ['https://0.0.0.0:3000/', 'https://127.0.0.1:3000'],
    ['http://[::]:3000', 'http://[::1]:3000'],
    ['app.example.com', 'http://app.example.com'],
  ])('may be written as %s', (text, origin) => {
    expect(appOrigin(text, { name: '--app', command: 'smoke' })).toBe(origin);
  });
});

it.each([
  ['127.0.0.1', '127.0.0.1'],
  ['[::1]', '::1'],
  [' :: ', '::'],
  ['localhost', 'localhost'],
])('an address to listen on may be written as %s', (text, host) => {
  expect(listenAddress(text, { name: '--host', command: 'serve' })).toBe(host);
});
