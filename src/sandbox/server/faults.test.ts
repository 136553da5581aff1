// Makes requests fail in every way there is.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient } from '../../../test/support/sandbox-client.js';
import { createSandbox, type Sandbox } from '../create.js';

let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;

beforeEach(async () => {
  sandbox = await createSandbox();
  client = createSandboxClient(sandbox);
});
afterEach(() => sandbox.close());

const create = () => client.applications.create({ friendlyName: 'Relay' });
const count = async () => (await client.applications.list()).length;

describe('a fault that answers', () => {
  it('with a status gives it the form of an error of Twilio', async () => {
    sandbox.fail({ method: 'POST', answer: { status: 503 } });
    await expect(create()).rejects.toMatchObject({
      status: 503,
      code: 20503,
      message: 'Service Unavailable',
    });
    expect(await count()).toBe(0);
  });

  it('gives the code, the message and the headers it is told', async () => {
    const answer = {
      status: 429,
      code: 20429,
      message: 'Too Many Requests',
      headers: { 'Retry-After': '7', 'content-type': 'text/plain' },
    };
    sandbox.fail({ path: 'Applications\\.json$', answer });
    await expect(create()).rejects.toMatchObject({ status: 429, code: 20429, message: 'Too Many Requests' });
    const raw = await fetch(`${sandbox.origin}/2010-04-01/Accounts/x/Applications.json`);
    expect(raw.headers.get('retry-after')).toBe('7');
    expect(raw.headers.get('content-type')).toBe('text/plain');
  });

  it('after the request was carried out withholds only its answer', async () => {
    const fault = sandbox.fail({ method: 'post', when: 'after', answer: { status: 500 } });
    await expect(create()).rejects.toMatchObject({ status: 500, code: 20500 });
    await fault.reached;
    expect(await count()).toBe(1);
    expect(sandbox.requests()[0]).toMatchObject({ method: 'POST', status: 500 });
  });
});

describe('a fault that drops', () => {
  it.each(['before', 'after'] as const)(
    'breaks the connection %s the request is carried out',
    async (when) => {
      const fault = sandbox.fail({ method: 'POST', when, answer: 'drop' });
      await expect(create()).rejects.toMatchObject({ code: 'ECONNRESET' });
      await fault.reached;
      expect(await count()).toBe(when === 'after' ? 1 : 0);
    },
  );
});

describe('a fault that hangs', () => {
  it.each(['before', 'after'] as const)('never answers, and has reached %s', async (when) => {
    const fault = sandbox.fail({ method: 'POST', when, answer: 'hang' });
    const outcome = create().catch((error: unknown) => error);
    await fault.reached;
    expect(await count()).toBe(when === 'after' ? 1 : 0);
    await sandbox.close();
    expect(await outcome).toMatchObject({ code: 'ECONNRESET' });
  });
});

describe('a rule', () => {
  it('lets some pass, fails some, and lets the rest pass', async () => {
    const fault = sandbox.fail({ method: 'POST', skip: 1, times: 2, answer: { status: 500 } });
    const outcomes: boolean[] = [];
    for (let index = 0; index < 5; index += 1)
      outcomes.push(
        await create().then(
          () => true,
          () => false,
        ),
      );
    expect(outcomes).toEqual([true, false, false, true, true]);
    expect(fault.hits).toBe(2);
  });

  it('matches by method and by path with its query', async () => {
    sandbox.fail({ method: 'GET', path: 'Applications.*FriendlyName=Relay', answer: { status: 500 } });
    expect(await count()).toBe(0);
    await expect(client.applications.list({ friendlyName: 'Relay' })).rejects.toMatchObject({ status: 500 });
  });

  it('added later wins, until it is used up or removed', async () => {
    sandbox.fail({ answer: { status: 500 } });
    sandbox.fail({ times: 1, answer: { status: 502 } });
    const last = sandbox.fail({ answer: { status: 503 } });
    await expect(create()).rejects.toMatchObject({ status: 503 });
    last.remove();
    await expect(create()).rejects.toMatchObject({ status: 502 });
    await expect(create()).rejects.toMatchObject({ status: 500 });
    sandbox.reset();
    await create();
  });

  it('makes sense or is refused', () => {
    expect(() => sandbox.fail({ path: '(', answer: 'drop' })).toThrow(/no regular expression/);
    expect(() => sandbox.fail({ answer: { status: 42 } })).toThrow(/no HTTP status/);
    expect(() => sandbox.fail({ answer: { status: 500, headers: { 'a b': 'c' } } })).toThrow(/no header/);
    expect(() => sandbox.fail({ answer: { status: 500, headers: { a: '\n' } } })).toThrow(/no header/);
  });
});
