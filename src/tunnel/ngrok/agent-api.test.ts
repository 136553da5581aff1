// Asking ngrok agents on this machine: none, another program, and one that does not answer.
import { createServer, type RequestListener, type Server } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { NoAnswer } from '../../http/send.js';
import { listAgentEndpoints } from './agent-api.js';

async function start(answer: RequestListener): Promise<string> {
  const server: Server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
}

describe('listAgentEndpoints', () => {
  it('finds none where nothing listens, or another program does', async () => {
    const other = await start((_request, response) => void response.end('<h1>Hello</h1>'));
    expect(await listAgentEndpoints(['http://127.0.0.1:9', other])).toEqual([]);
  });

  it('does not take a program that never answers for none', async () => {
    const silent = await start(() => undefined);
    await expect(listAgentEndpoints([silent])).rejects.toThrow(NoAnswer);
  });
});
