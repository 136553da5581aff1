// Injects faults of every kind.
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

describe('a fault with an answer', () => {
  it('has the JSON of a Twilio error by default', async () => {
    sandbox.fail({ method: 'POST', answer: { status: 503 } });
    await expect(create()).rejects.toMatchObject({
      status: 503,
      code: 20503,
      message: 'Service Unavailable',
    });
    expect(await count()).toBe(0);
  });

  it('has the code, message and headers of its rule', async () => {
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

  it('lets the request take effect if it comes after', async () => {
    const fault = sandbox.fail({ method: 'post', when: 'after', answer: { status: 500 } });
    await expect(create()).rejects.toMatchObject({ status: 500, code: 20500 });
    await fault.reached;
    expect(await count()).toBe(1);
    expect(sandbox.requests()[0]).toMatchObject({ method: 'POST', status: 500 });
  });
});

describe('a fault that drops the connection', () => {
  it.each(['before', 'after'] as const)('closes the connection %s the request takes effect', async (when) => {
    const fault = sandbox.fail({ method: 'POST', when, answer: 'drop' });
    await expect(create()).rejects.toMatchObject({ code: 'ECONNRESET' });
    await fault.reached;
    expect(await count()).toBe(when === 'after' ? 1 : 0);
  });
});

describe('a fault that hangs', () => {
  it.each(['before', 'after'] as const)(
    'never answers, and resolves reached %s the request takes effect',
    async (when) => {
      const fault = sandbox.fail({ method: 'POST', when, answer: 'hang' });
      const outcome = create().catch((error: unknown) => error);
      await fault.reached;
      expect(await count()).toBe(when === 'after' ? 1 : 0);
      await sandbox.close();
      expect(await outcome).toMatchObject({ code: 'ECONNRESET' });
    },
  );
});

describe('a fault rule', () => {
  it('lets requests pass, then fails some, then lets the rest pass', async () => {
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

  it('matches the method, and the path with its query', async () => {
    sandbox.fail({ method: 'GET', path: 'Applications.*FriendlyName=Relay', answer: { status: 500 } });
    expect(await count()).toBe(0);
    await expect(client.applications.list({ friendlyName: 'Relay' })).rejects.toMatchObject({ status: 500 });
  });

  it('takes precedence over older rules until it is used up or removed', async () => {
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

  it('is refused if it is invalid', () => {
    expect(() => sandbox.fail({ path: '(', answer: 'drop' })).toThrow(/not a regular expression/);
    expect(() => sandbox.fail({ answer: { status: 42 } })).toThrow(/not an HTTP status/);
    expect(() => sandbox.fail({ answer: { status: 500, headers: { 'a b': 'c' } } })).toThrow(
      /not a valid header/,
    );
    expect(() => sandbox.fail({ answer: { status: 500, headers: { a: '\n' } } })).toThrow(
      /not a valid header/,
    );
  });
});
