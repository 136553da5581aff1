// Tests that each refusal of ngrok says what to do and none shows the authtoken, with the real SDK and a fake edge.
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
    [105, /not shaped like an ngrok authtoken/, /your-authtoken/],
    [107, /\(the test\) was reset, revoked/, /your-authtoken/],
    [108, /as many agents running as its plan allows/, /dashboard\.ngrok\.com\/agents/],
    [4018, /no authtoken reached ngrok/, /NGROK_AUTHTOKEN/],
  ])('%i is explained', async (code, reason, way) => {
    const text = `The authtoken you specified is: ${AUTHTOKEN}\nSee https://dashboard.ngrok.com.`;
    const error = await refusedWith('session', code, text);
    expect(error).toMatchObject({ kind: 'refused', exitCode: 4, ngrokCode: code });
    expect(error.message).toMatch(reason);
    expect(error.message).toContain(`(ERR_NGROK_${code})`);
    expect(error.tryNext[0]).toMatch(way);
    expect(error.more).toBe(`https://ngrok.com/docs/errors/err_ngrok_${code}`);
    expect(JSON.stringify(error)).not.toContain(AUTHTOKEN);
  });

  it("with an unknown code quotes ngrok's message without the authtoken", async () => {
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

  it('prints nothing with the authtoken', () => {
    expect(scene.printed.join('\n')).not.toContain(AUTHTOKEN);
  });
});

describe('a refused endpoint', () => {
  it.each([
    [320, /mine\.ngrok\.app belongs to another account than the authtoken \(the test\)/],
    [334, /mine\.ngrok\.app is already online/],
    [319, /mine\.ngrok\.app is not reserved/],
  ])('%i is explained with the source of the domain', async (code, reason) => {
    const error = await refusedWith('endpoint', code, 'No.', { domain });
    expect(error).toMatchObject({ kind: 'refused', ngrokCode: code });
    expect(error.message).toMatch(reason);
    expect(error.tryNext.join('\n')).toContain(`leave the domain out (it came from ${domain.source})`);
  });

  it('334 is answered for a domain that is already online', async () => {
    const first = await scene.open({ domain });
    await expect(scene.open({ domain })).rejects.toMatchObject({ ngrokCode: 334, retry: 'after-loss' });
    await first.close();
  });
});

describe('an ngrok agent on this machine', () => {
  let agent: Server;
  let answers: Readonly<Record<string, unknown>> = {};
  beforeAll(async () => {
    agent = createServer(({ url = '' }, response) => {
      const answer = answers[url];
      response.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(answer));
    });
    await new Promise<void>((resolve) => agent.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => void agent.close());
  const origin = () => `http://127.0.0.1:${(agent.address() as AddressInfo).port}`;

  it('is suggested if it serves our port', async () => {
    const { port } = scene.server.address() as AddressInfo;
    answers = {
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

  it('is named if it serves another port, also through the API of older agents', async () => {
    answers = {
      '/api/tunnels': {
        tunnels: [{ public_url: 'https://theirs.ngrok.app', config: { addr: 'http://localhost:3000' } }],
      },
    };
    const error = await refusedWith('endpoint', 334, 'No.', { agentOrigins: [origin()] });
    expect(error.tryNext[0]).toBe(
      'stop the ngrok agent on this machine, which serves http://localhost:3000 under https://theirs.ngrok.app',
    );
  });

  it.each([{}, { '/api/endpoints': 'junk' }, { '/api/endpoints': { endpoints: [{ url: 7 }] } }])(
    'is ignored if its answer is something else (%j)',
    async (junk) => {
      answers = junk;
      const error = await refusedWith('session', 108, 'No.', { agentOrigins: [origin()] });
      expect(error.tryNext[0]).toMatch(/^stop one of the agents/);
    },
  );
});

describe('the table of ngrok errors', () => {
  it.each([...NGROK_ERRORS.keys()])('has a reason and advice for %i, with and without a domain', (code) => {
    for (const asked of [domain, undefined]) {
      const refusal = NGROK_ERRORS.get(code);
      const facts = { tokenSource: 'the test', domain: asked, urlFlag: '--url' };
      expect(refusal?.reason(facts)).toMatch(/^\S.*[^.]$/);
      expect(refusal?.tryNext(facts)[0]).toMatch(/\S/);
    }
  });
});
