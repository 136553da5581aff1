// Which process listens on a port.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import {
  describeListener,
  findListener,
  listListeners,
  readLsof,
  readNetstat,
  readTasklist,
} from './listeners.js';

it.each(['127.0.0.1', '::1', '0.0.0.0'])('finds this process, which listens on %s', async (host) => {
  const server = createServer();
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  expect(listListeners()).toContainEqual({ pid: process.pid, name: expect.stringMatching(/./), port });
  expect(findListener(port)).toMatchObject({ pid: process.pid });
});

it('finds none for a port that is free', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  expect(findListener(port)).toBeUndefined();
});

it('names a listener with its process id', () => {
  expect(describeListener({ pid: 123, name: 'node', port: 8000 })).toBe('node (process 123)');
});

it('reads the output of lsof', () => {
  const output = 'p123\ncnode\nf20\nn127.0.0.1:8000\nf21\nn[::1]:8001\np456\ncPython\nf3\nn*:5000\n';
  expect(readLsof(output)).toEqual([
    { pid: 123, name: 'node', port: 8000 },
    { pid: 123, name: 'node', port: 8001 },
    { pid: 456, name: 'Python', port: 5000 },
  ]);
});

it('reads the output of netstat and tasklist, in German too', () => {
  const output = [
    '',
    'Aktive Verbindungen',
    '  Proto  Lokale Adresse         Remoteadresse          Status           PID',
    '  TCP    127.0.0.1:8000         0.0.0.0:0              ABHÖREN         123',
    '  TCP    127.0.0.1:8000         127.0.0.1:50000        HERGESTELLT     123',
    '  TCP    [::1]:8001             [::]:0                 ABHÖREN         456',
    '',
  ].join('\r\n');
  expect(readNetstat(output)).toEqual([
    { pid: 123, port: 8000 },
    { pid: 456, port: 8001 },
  ]);
  const names = readTasklist(
    '"node.exe","123","Console","1","40,000 K"\r\n"python.exe","456","Console","1","9 K"\r\n',
  );
  expect([names.get(123), names.get(456)]).toEqual(['node.exe', 'python.exe']);
});
