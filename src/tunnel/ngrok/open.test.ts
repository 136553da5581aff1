// Tests the ngrok adapter with ngrok's real SDK against a fake edge.
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEV_DOMAIN } from '../../../test/support/ngrok-edge/edge.js';
import {
  AUTHTOKEN,
  createTunnelScene,
  isAlive,
  STRICT_HEARTBEAT,
  type TunnelScene,
} from '../../../test/support/tunnel-scene.js';

let scene: TunnelScene;
beforeEach(async () => {
  scene = await createTunnelScene();
});
afterEach(() => scene.close());

describe('an ngrok tunnel', () => {
  it('opens at the dev domain and forwards a request byte for byte', async () => {
    const tunnel = await scene.open();
    expect(tunnel.publicBase).toBe(`https://${DEV_DOMAIN}`);
    expect(scene.edge.sessionRequests).toEqual([{ authtoken: AUTHTOKEN, clientType: expect.any(String) }]);

    const body = randomBytes(700_000);
    const target = '/api/v1/inbound_sms?a=%2B1&b=x+y%20z';
    const answer = await scene.edge.request(`${tunnel.publicBase}${target}`, {
      method: 'POST',
      headers: { 'X-Twilio-Signature': 'c2lnbmF0dXJl=', 'Content-Type': 'application/x-www-form-urlencoded' },
      body,
    });

    expect(answer).toMatchObject({ status: 200, body: Buffer.from('received') });
    expect(scene.received).toHaveLength(1);
    const [received] = scene.received;
    expect(received).toMatchObject({ method: 'POST', target });
    expect(received?.headers).toMatchObject({ host: DEV_DOMAIN, 'x-twilio-signature': 'c2lnbmF0dXJl=' });
    expect(received?.body.equals(body)).toBe(true);
  });

  it('opens at a requested domain and forwards a WebSocket', async () => {
    scene.server.on('upgrade', (_request, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
      socket.on('data', (chunk) => socket.write(chunk));
    });
    const tunnel = await scene.open({ domain: { value: 'mine.ngrok.app', source: 'the test' } });
    expect(tunnel.publicBase).toBe('https://mine.ngrok.app');
    expect(await scene.edge.echo(`${tunnel.publicBase}/media`, 'hello')).toBe('hello');
  });

  it('goes offline and ends its process when it is closed', async () => {
    const tunnel = await scene.open();
    let lost = false;
    tunnel.onLost(() => {
      lost = true;
    });
    expect(isAlive(scene.pids[0])).toBe(true);
    await tunnel.close();
    expect(scene.edge.hosts()).toEqual([]);
    expect((await scene.edge.request(tunnel.publicBase)).headers['ngrok-error-code']).toBe('ERR_NGROK_3200');
    expect(isAlive(scene.pids[0])).toBe(false);
    await tunnel.close();
    expect(lost).toBe(false);
  });

  it('reports its loss if the edge drops the session', async () => {
    const tunnel = await scene.open();
    const why = new Promise<string>((resolve) => tunnel.onLost(resolve));
    scene.edge.drop();
    expect(await why).not.toBe('');
    await tunnel.close();
    expect(isAlive(scene.pids[0])).toBe(false);
  });

  it('closes even if the edge is frozen', async () => {
    const tunnel = await scene.open();
    scene.edge.freeze(true);
    // Only the close timeout ends this, because the edge stays frozen.
    await tunnel.close();
    expect(isAlive(scene.pids[0])).toBe(false);
  });

  it('forwards many requests at once', async () => {
    const tunnel = await scene.open();
    const bodies = Array.from({ length: 50 }, (_, n) => `Body=${n}`);
    const answers = bodies.map((body) =>
      scene.edge.request(`${tunnel.publicBase}/sms`, { method: 'POST', body }),
    );
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(bodies.map(() => 200));
    expect(scene.received.map(({ body }) => body.toString()).sort()).toEqual(bodies.sort());
  });

  it('reports its loss if the edge is frozen', async () => {
    // The longer the interval, the more time has the child to say so before its own silence is noticed.
    const tunnel = await scene.open({ heartbeat: { intervalSeconds: 5, toleranceSeconds: 1 } });
    const why = new Promise<string>((resolve) => tunnel.onLost(resolve));
    scene.edge.freeze(true);
    expect(await why).toBe('ngrok stopped answering');
    scene.edge.freeze(false);
  });

  it('reports its loss if its process dies or hangs', async () => {
    const first = await scene.open();
    const death = new Promise<string>((resolve) => first.onLost(resolve));
    process.kill(scene.pids[0] ?? 0, 'SIGKILL');
    expect(await death).toBe('the ngrok process ended (SIGKILL)');

    const second = await scene.open({
      heartbeat: STRICT_HEARTBEAT,
      domain: { value: 'second.ngrok.app', source: 'the test' },
    });
    const hang = new Promise<string>((resolve) => second.onLost(resolve));
    process.kill(scene.pids[1] ?? 0, 'SIGSTOP');
    expect(await hang).toBe('the ngrok process stopped answering');
    await second.close();
    expect(isAlive(scene.pids[1])).toBe(false);
  });
});

describe('an attempt to open an ngrok tunnel', () => {
  it('fails at the timeout and ends its process if the edge never answers', async () => {
    scene.edge.hang(true);
    const attempt = scene.adapter()({ timeoutMs: 1_000, signal: new AbortController().signal });
    await expect(attempt).rejects.toMatchObject({ kind: 'network', retry: 'always' });
    await expect.poll(() => isAlive(scene.pids[0])).toBe(false);
  });

  it('ends its process when it is aborted', async () => {
    scene.edge.hang(true);
    const abort = new AbortController();
    const attempt = scene.adapter()({ timeoutMs: 60_000, signal: abort.signal });
    attempt.catch(() => undefined);
    await expect.poll(() => scene.pids.length).toBe(1);
    abort.abort();
    await expect(attempt).rejects.toMatchObject({ kind: 'interrupted' });
    await expect.poll(() => isAlive(scene.pids[0])).toBe(false);
  });

  it('reports an untrusted certificate, and an edge that refuses the connection', async () => {
    await expect(scene.open({ edge: { server: scene.edge.server, ca: undefined } })).rejects.toThrow(
      /ngrok's authority did not sign its certificate/,
    );
    await scene.edge.goOffline();
    await expect(scene.open()).rejects.toMatchObject({
      kind: 'network',
      retry: 'always',
      reason: `${scene.edge.server} refused the connection`,
    });
  });
});
