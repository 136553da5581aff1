// Tests that each refusal of ngrok says what to do and hides the authtoken, with the real SDK and a fake edge.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUTHTOKEN, createTunnelScene, type TunnelScene } from '../../../test/support/tunnel-scene.js';
import type { TunnelError } from '../tunnel.js';
import { NGROK_ERRORS } from './error-codes.js';
import type { NgrokOptions } from './open.js';

let scene: TunnelScene;
beforeAll(async () => {
  scene = await createTunnelScene();
});
afterAll(() => scene.close());

const domain = { value: 'mine.ngrok.app', source: '/home/you/.config/ngrok/ngrok.yml' };

async function refusedWith(
  what: 'session' | 'endpoint',
  code: number,
  text: string,
  options?: Partial<NgrokOptions>,
): Promise<TunnelError> {
  scene.edge.refuse(what, { code, text });
  try {
    await scene.open(options);
  } catch (error) {
    return error as TunnelError;
  } finally {
    scene.edge.refuse(what, undefined);
  }
  throw new Error('it was not refused');
}

describe('a refused session', () => {
  it.each([
    [105, /does not look like an ngrok authtoken/, /your-authtoken/],
    [107, /\(the test\) was reset, revoked/, /your-authtoken/],
    [108, /as many agents running as its plan allows/, /dashboard\.ngrok\.com\/agents/],
    [4018, /ngrok received no authtoken \(it should come from the test\)/, /NGROK_AUTHTOKEN/],
  ])('is explained for ERR_NGROK_%i', async (code, reason, advice) => {
    const text = `The authtoken you specified is: ${AUTHTOKEN}\nSee https://dashboard.ngrok.com.`;
    const error = await refusedWith('session', code, text);
    expect(error).toMatchObject({ kind: 'refused', exitCode: 4, ngrokCode: code });
    expect(error.message).toMatch(reason);
    expect(error.message).toContain(`(ERR_NGROK_${code})`);
    expect(error.tryNext[0]).toMatch(advice);
    expect(error.more).toBe(`https://ngrok.com/docs/errors/err_ngrok_${code}`);
    expect(JSON.stringify(error)).not.toContain(AUTHTOKEN);
  });

  it("is explained in ngrok's words, without the authtoken, for an unknown code", async () => {
    const error = await refusedWith(
      'session',
      9999,
      `Something about ${AUTHTOKEN} and ${AUTHTOKEN.slice(5)}.`,
    );
    expect(error.message).toBe(
      'Failed to open the ngrok tunnel: ngrok says "Something about … and …" (ERR_NGROK_9999).',
    );
    expect(error.retry).toBe('never');
  });

  it('does not make the SDK print the authtoken', () => {
    expect(scene.logged.join('\n')).not.toContain(AUTHTOKEN);
  });
});

describe('a refused endpoint', () => {
  it.each([
    [320, /mine\.ngrok\.app belongs to another account than the authtoken \(the test\)/],
    [334, /mine\.ngrok\.app is already online/],
    [319, /mine\.ngrok\.app is not reserved/],
  ])('is explained for ERR_NGROK_%i with the source of the domain', async (code, reason) => {
    const error = await refusedWith('endpoint', code, 'No.', { domain });
    expect(error).toMatchObject({ kind: 'refused', ngrokCode: code });
    expect(error.message).toMatch(reason);
    expect(error.tryNext.join('\n')).toContain(`leave the domain out (it came from ${domain.source})`);
  });

  it('is ERR_NGROK_334 if the domain is already online', async () => {
    const first = await scene.open({ domain });
    await expect(scene.open({ domain })).rejects.toMatchObject({ ngrokCode: 334, retry: 'after-loss' });
    await first.close();
  });
});

describe('an ngrok agent on this machine', () => {
  let agent: Server;
  let answersByPath: Readonly<Record<string, unknown>> = {};
  beforeAll(async () => {
    agent = createServer(({ url = '' }, response) => {
      const answer = answersByPath[url];
      response.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(answer));
    });
    await new Promise<void>((resolve) => agent.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => void agent.close());
  const origin = () => `http://127.0.0.1:${(agent.address() as AddressInfo).port}`;

  it('is suggested as the tunnel if it serves the requested port', async () => {
    const { port } = scene.server.address() as AddressInfo;
    answersByPath = {
      '/api/endpoints': {
        endpoints: [{ url: 'https://theirs.ngrok.app', upstream: { url: `localhost:${port}` } }],
      },
    };
    const error = await refusedWith('session', 108, 'No.', {
      agentOrigins: ['http://127.0.0.1:9', origin()],
    });
    expect(error.tryNext[0]).toBe(
      `--url https://theirs.ngrok.app: an ngrok agent on this machine serves port ${port} under it`,
    );
  });

  it('is named as the one to stop if it serves another port, also through the API of older agents', async () => {
    answersByPath = {
      '/api/tunnels': {
        tunnels: [{ public_url: 'https://theirs.ngrok.app', config: { addr: 'http://localhost:3000' } }],
      },
    };
    const error = await refusedWith('endpoint', 334, 'No.', { agentOrigins: [origin()] });
    expect(error.tryNext[0]).toBe(
      'stop the ngrok agent on this machine, which serves http://localhost:3000 under https://theirs.ngrok.app',
    );
  });

  it.each([{}, { '/api/endpoints': 'text' }, { '/api/endpoints': { endpoints: [{ url: 7 }] } }])(
    'is ignored if it answers %j',
    async (malformed) => {
      answersByPath = malformed;
      const error = await refusedWith('session', 108, 'No.', { agentOrigins: [origin()] });
      expect(error.tryNext[0]).toMatch(/^stop one of the agents/);
    },
  );
});

describe('the table of ngrok errors', () => {
  it.each([...NGROK_ERRORS.keys()])('has a reason and advice for %i, with and without a domain', (code) => {
    for (const requested of [domain, undefined]) {
      const error = NGROK_ERRORS.get(code);
      const attempt = { tokenSource: 'the test', domain: requested, urlFlag: '--url' };
      expect(error?.reason(attempt)).toMatch(/^\S.*[^.]$/);
      expect(error?.tryNext(attempt)[0]).toMatch(/\S/);
    }
  });
});
