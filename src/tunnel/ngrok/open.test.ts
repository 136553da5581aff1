// The ngrok adapter with ngrok's real SDK, against an edge of our own.
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEV_DOMAIN } from '../../../test/support/ngrok-edge/edge.js';
import {
  AUTHTOKEN,
  createTunnelScene,
  isAlive,
  STRICT,
  type TunnelScene,
} from '../../../test/support/tunnel-scene.js';

let scene: TunnelScene;
beforeEach(async () => {
  scene = await createTunnelScene();
});
afterEach(() => scene.close());

describe('a tunnel through ngrok', () => {
  it('comes up on the dev domain, and a request reaches us byte for byte', async () => {
    const tunnel = await scene.open();
    expect(tunnel.publicBase).toBe(`https://${DEV_DOMAIN}`);
    expect(scene.edge.introductions).toEqual([{ authtoken: AUTHTOKEN, clientType: expect.any(String) }]);

    const body = randomBytes(700_000);
    const target = '/api/v1/inbound_sms?a=%2B1&b=x+y%20z';
    const answer = await scene.edge.ask(`${tunnel.publicBase}${target}`, {
      method: 'POST',
      headers: { 'X-Twilio-Signature': 'c2lnbmF0dXJl=', 'Content-Type': 'application/x-www-form-urlencoded' },
      body,
    });

    expect(answer).toMatchObject({ status: 200, body: Buffer.from('got it') });
    expect(scene.arrived).toHaveLength(1);
    const [arrived] = scene.arrived;
    expect(arrived).toMatchObject({ method: 'POST', target });
    expect(arrived?.headers).toMatchObject({ host: DEV_DOMAIN, 'x-twilio-signature': 'c2lnbmF0dXJl=' });
    expect(arrived?.body.equals(body)).toBe(true);
  });

  it('takes a domain of its own, and carries a WebSocket', async () => {
    scene.server.on('upgrade', (_request, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
      socket.on('data', (chunk) => socket.write(chunk));
    });
    const tunnel = await scene.open({ domain: { value: 'mine.ngrok.app', source: 'the test' } });
    expect(tunnel.publicBase).toBe('https://mine.ngrok.app');
    expect(await scene.edge.echo(`${tunnel.publicBase}/media`, 'hello')).toBe('hello');
  });

  it('goes offline when it is closed, and leaves no process behind', async () => {
    const tunnel = await scene.open();
    let lost = false;
    tunnel.onLost(() => {
      lost = true;
    });
    expect(isAlive(scene.pids[0])).toBe(true);
    await tunnel.close();
    expect(scene.edge.hosts()).toEqual([]);
    expect((await scene.edge.ask(tunnel.publicBase)).headers['ngrok-error-code']).toBe('ERR_NGROK_3200');
    expect(isAlive(scene.pids[0])).toBe(false);
    await tunnel.close();
    expect(lost).toBe(false);
  });

  it('says when the session is dropped', async () => {
    const tunnel = await scene.open();
    const why = new Promise<string>((resolve) => tunnel.onLost(resolve));
    scene.edge.drop();
    expect(await why).not.toBe('');
    await tunnel.close();
    expect(isAlive(scene.pids[0])).toBe(false);
  });

  it('is closed in time by an edge that is frozen', async () => {
    const tunnel = await scene.open();
    scene.edge.freeze(true);
    // Nothing but the end of its patience can end this: the edge stays frozen.
    await tunnel.close();
    expect(isAlive(scene.pids[0])).toBe(false);
  });

  it('carries many requests at once', async () => {
    const tunnel = await scene.open();
    const bodies = Array.from({ length: 50 }, (_, n) => `Body=${n}`);
    const asked = bodies.map((body) => scene.edge.ask(`${tunnel.publicBase}/sms`, { method: 'POST', body }));
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(bodies.map(() => 200));
    expect(scene.arrived.map(({ body }) => body.toString()).sort()).toEqual(bodies.sort());
  });

  it('notices an edge that is frozen', async () => {
    const tunnel = await scene.open({ heartbeat: STRICT });
    const why = new Promise<string>((resolve) => tunnel.onLost(resolve));
    scene.edge.freeze(true);
    expect(await why).toBe('ngrok stopped answering');
    scene.edge.freeze(false);
  });

  it('notices that its process died, and that it hangs', async () => {
    const first = await scene.open();
    const died = new Promise<string>((resolve) => first.onLost(resolve));
    process.kill(scene.pids[0] ?? 0, 'SIGKILL');
    expect(await died).toBe('the ngrok process ended (SIGKILL)');

    const second = await scene.open({
      heartbeat: STRICT,
      domain: { value: 'second.ngrok.app', source: 'the test' },
    });
    const hung = new Promise<string>((resolve) => second.onLost(resolve));
    process.kill(scene.pids[1] ?? 0, 'SIGSTOP');
    expect(await hung).toBe('the ngrok process stopped answering');
    await second.close();
    expect(isAlive(scene.pids[1])).toBe(false);
  });
});

describe('an attempt that cannot succeed', () => {
  it('ends at its limit when the edge never speaks, and its process with it', async () => {
    scene.edge.hang(true);
    const attempt = scene.adapter()({ timeoutMs: 1_000, signal: new AbortController().signal });
    await expect(attempt).rejects.toMatchObject({ kind: 'network', retry: 'always' });
    await expect.poll(() => isAlive(scene.pids[0])).toBe(false);
  });

  it('ends when it is stopped', async () => {
    scene.edge.hang(true);
    const stop = new AbortController();
    const attempt = scene.adapter()({ timeoutMs: 60_000, signal: stop.signal });
    attempt.catch(() => undefined);
    await expect.poll(() => scene.pids.length).toBe(1);
    stop.abort();
    await expect(attempt).rejects.toMatchObject({ kind: 'interrupted' });
    await expect.poll(() => isAlive(scene.pids[0])).toBe(false);
  });

  it('says that nobody is there, or that the certificate is not to be trusted', async () => {
    await expect(scene.open({ edge: { server: scene.edge.server, ca: undefined } })).rejects.toThrow(
      /ngrok's authority does not vouch for it/,
    );
    await scene.edge.goAway();
    await expect(scene.open()).rejects.toMatchObject({
      kind: 'network',
      retry: 'always',
      reason: `${scene.edge.server} refused the connection`,
    });
  });
});
