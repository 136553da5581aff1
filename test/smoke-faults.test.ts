// Tests that each check of `smoke` fails by its name: breaks what it checks, and nothing else.
import { describe, expect, it, onTestFinished } from 'vitest';
import { SMOKE_CHECKS } from '../src/checks/smoke/checks.js';
import { announcePage } from '../src/page/server/address.js';
import { serveSandbox } from '../src/sandbox/instance/join.js';
import { DEADLINE } from './support/deadline.js';
import { answerLikeRelay } from './support/doctor/relay-like.js';
import { openOwnStateFolder } from './support/own-state-folder.js';
import { createSandboxClient } from './support/sandbox-client.js';
import { OWN_REQUESTS } from './support/smoke/account-faults.js';
import { APP_ANSWERS } from './support/smoke/app-faults.js';
import { playStory } from './support/smoke/play-story.js';
import { APP_TOKEN, LIVE, setSmokeScene, TEST, testPair } from './support/smoke/scene.js';
import { STORY_FAULTS } from './support/smoke/story-faults.js';
import type { WebhookApp } from './support/webhook-app.js';

/** The checks with their own tests below. */
const OTHERS = ['test-credentials', 'clock', 'signing-token', 'app-up', 'not-in-sandbox', 'privacy-rules'];
const ACCOUNT = ['--test-account'];

describe('smoke', () => {
  it('has a test for every check', () => {
    const broken = [...OTHERS, ...Object.keys({ ...OWN_REQUESTS, ...APP_ANSWERS, ...STORY_FAULTS })];
    expect(broken.sort()).toEqual(SMOKE_CHECKS.map(({ id }) => id).sort());
  });

  it('passes all checks if everything works', async () => {
    const { smoke, app, sandbox } = await setSmokeScene();
    const { code, report, faults } = await smoke(['--app', app.origin, '--sandbox']);
    expect([code, faults]).toEqual([0, []]);
    expect(report.checks.map(({ id }) => id)).toEqual(SMOKE_CHECKS.map(({ id }) => id));
    expect(report.counts).toEqual({ ok: SMOKE_CHECKS.length, warning: 0, fault: 0, skipped: 0 });
    expect(sandbox.phones()).toEqual([]);
  });

  it.each(Object.entries(OWN_REQUESTS))('fails only %s if that is broken', async (id, isOwn) => {
    const { smoke } = await setSmokeScene({
      answer: (asked) =>
        isOwn(asked)
          ? { status: 400, body: JSON.stringify({ status: 400, code: 99999, message: 'another' }) }
          : undefined,
    });
    const { code, faults, report } = await smoke(ACCOUNT);
    expect([code, faults]).toEqual([6, [id]]);
    const [finding] = report.checks.find((check) => check.id === id)?.findings ?? [];
    expect(finding?.what).toContain('400 with code 99999');
  });

  it.each(Object.entries(APP_ANSWERS))('fails only %s if that is broken', async (id, breakIt) => {
    const { smoke, app } = await setSmokeScene();
    const usual = answerLikeRelay({ authToken: APP_TOKEN });
    app.answer((called) => breakIt(called) ?? usual(called));
    const { code, faults } = await smoke(['--app', app.origin], { TWILIO_AUTH_TOKEN: APP_TOKEN });
    expect([code, faults]).toEqual([6, [id]]);
  });

  it.each(Object.entries(STORY_FAULTS))('fails only %s if that is broken', async (id, fault) => {
    const results = await playStory(fault);
    const wrong = results.filter(({ state }) => state === 'fault');
    expect(wrong.map((one) => one.id)).toEqual([id]);
    const after = results.slice(results.findIndex((one) => one.id === id) + 1);
    expect(after.every(({ state, waitsFor }) => state === 'skipped' && waitsFor === id)).toBe(true);
  });

  it('fails clock if this machine is three days ahead', async () => {
    const date = new Date(Date.now() - 3 * 86_400_000).toUTCString();
    const { smoke } = await setSmokeScene({ headers: { date } });
    const { code, faults, report } = await smoke(['--only', 'clock']);
    expect([code, faults]).toEqual([6, ['clock']]);
    expect(report.checks[0]?.findings[0]?.what).toBe("the clock of this machine is 3 days ahead of Twilio's");
  });

  it('fails signing-token without a token, and ends with 3', async () => {
    const { smoke, app } = await setSmokeScene();
    const { code, faults, report } = await smoke(['--app', app.origin], {});
    expect([code, faults]).toEqual([3, ['signing-token']]);
    expect(report.checks.find(({ id }) => id === 'inbound-sms')).toMatchObject({ waitsFor: 'signing-token' });
  });

  it('fails app-up if the app does not answer', async () => {
    const { smoke, app } = await setSmokeScene();
    await app.close();
    const { code, faults, report } = await smoke(['--app', app.origin], { TWILIO_AUTH_TOKEN: APP_TOKEN });
    expect([code, faults]).toEqual([6, ['app-up']]);
    const [finding] = report.checks.find(({ id }) => id === 'app-up')?.findings ?? [];
    expect(finding?.what).toContain('refused the connection');
  });
});

const ENVIRONMENT = { TWILIO_AUTH_TOKEN: APP_TOKEN };

/** A scene whose app runs in a sandbox of the state folder, and may ask it for a conversation. */
async function setInSandbox() {
  const scene = await setSmokeScene();
  const folder = openOwnStateFolder(scene.workspace.file('.relay-phone'));
  const served = await serveSandbox(folder, { command: 'sandbox', timeoutMs: DEADLINE });
  onTestFinished(served.close);
  const client = createSandboxClient(served);
  const askForConversation = () => client.conversations.v1.conversations.create({}).catch(() => undefined);
  return { ...scene, folder, served, client, askForConversation };
}

describe('not-in-sandbox', () => {
  it('fails if the app asks for something that the sandbox lacks, and no other check does', async () => {
    const { smoke, app, askForConversation } = await setInSandbox();
    const usual = answerLikeRelay({ authToken: APP_TOKEN });
    app.answer(async (called) => {
      if (called.path === '/api/v1/inbound_call') await askForConversation();
      return usual(called);
    });
    const { code, faults, report } = await smoke(['--app', app.origin], ENVIRONMENT);
    expect([code, faults]).toEqual([6, ['not-in-sandbox']]);
    expect(report.checks.find(({ id }) => id === 'not-in-sandbox')?.findings).toMatchObject([
      {
        id: 'asks-for-missing',
        what: 'not in the sandbox: Conversations (conversations.twilio.com), asked for by POST /v1/Conversations',
        tryNext: [
          expect.stringMatching(/^relay-phone sandbox traces \d+$/),
          expect.any(String),
          expect.any(String),
        ],
      },
    ]);
  });

  it('names the address of the trace if the page of the sandbox is served', async () => {
    const { smoke, app, folder, askForConversation } = await setInSandbox();
    const origin = 'http://127.0.0.1:4022';
    onTestFinished(await announcePage(folder, 'sandbox', { origin, mode: 'sandbox' }));
    const usual = answerLikeRelay({ authToken: APP_TOKEN });
    app.answer(async (called) => {
      if (called.path === '/api/v1/inbound_call') await askForConversation();
      return usual(called);
    });
    const { report } = await smoke(['--app', app.origin], ENVIRONMENT);
    const [finding] = report.checks.find(({ id }) => id === 'not-in-sandbox')?.findings ?? [];
    const [command = '', address] = finding?.tryNext ?? [];
    const number = command.split(' ').at(-1);
    expect(address).toMatch(new RegExp(`^open ${origin}/t/[0-9a-f]{16}-${number}$`));
  });

  it('looks also if another check fails, and only at what was asked for since smoke began', async () => {
    const { smoke, app, askForConversation } = await setInSandbox();
    await askForConversation();
    app.answer(() => ({ status: 403 }));
    const { faults, report } = await smoke(['--app', app.origin, '--strict'], ENVIRONMENT);
    expect(faults).toContain('sms-status-signed');
    expect(report.checks.find(({ id }) => id === 'not-in-sandbox')).toMatchObject({
      state: 'ok',
      summary: 'asked for nothing that is missing',
    });
  });

  it('fails with --strict if no sandbox runs that would show it', async () => {
    const { smoke, app } = await setSmokeScene();
    const { code, faults, report } = await smoke(['--app', app.origin, '--strict'], ENVIRONMENT);
    expect([code, faults]).toEqual([6, ['not-in-sandbox']]);
    expect(report.checks.find(({ id }) => id === 'not-in-sandbox')?.findings).toMatchObject([
      { id: 'no-sandbox' },
    ]);
  });
});

describe('app-host', () => {
  const run = async (answer: Parameters<WebhookApp['answer']>[0]) => {
    const { smoke, app } = await setSmokeScene();
    app.answer(answer);
    const args = ['--app', app.origin, '--public-url', 'https://relay.example.test'];
    const { code, faults, report } = await smoke(args, { TWILIO_AUTH_TOKEN: APP_TOKEN });
    expect([code, faults]).toEqual([6, ['app-host']]);
    expect(report.checks.find(({ id }) => id === 'sms-status-signed')).toMatchObject({
      waitsFor: 'app-host',
    });
    return report.checks.find(({ id }) => id === 'app-host')?.findings[0];
  };

  it('names the framework that refuses the public host, and its setting', async () => {
    const finding = await run(({ headers }) =>
      headers.host === 'relay.example.test' ? { status: 400, body: 'Invalid host header' } : {},
    );
    expect(finding).toMatchObject({ id: 'refuses-host', what: expect.stringContaining('Starlette') });
    expect(finding?.tryNext[0]).toContain('add relay.example.test to allowed_hosts');
  });

  it('reports a difference between the hosts if the framework is unknown', async () => {
    const finding = await run(({ headers }) =>
      headers.host === 'relay.example.test' ? { status: 409 } : {},
    );
    expect(finding).toMatchObject({
      id: 'refuses-host',
      what: expect.stringContaining('it answers 409 to GET /'),
    });
  });

  it('recognises the AirPlay Receiver of macOS', async () => {
    const finding = await run(() => ({ status: 403, headers: { Server: 'AirTunes/775.3.1' } }));
    expect(finding).toMatchObject({ id: 'is-airplay', what: expect.stringContaining('macOS') });
  });
});

describe('test-credentials', () => {
  const both = { TWILIO_ACCOUNT_SID: LIVE.sid, TWILIO_AUTH_TOKEN: LIVE.authToken };
  const other = { sid: TEST.sid, authToken: 'e'.repeat(32) };

  it.each([
    ['credentials-are-live', testPair(LIVE), /live account, with which smoke would spend money/],
    ['credentials-are-live', { ...both, ...testPair(LIVE) }, /live account/],
    [
      'credentials-swapped',
      { ...testPair(LIVE), TWILIO_ACCOUNT_SID: TEST.sid, TWILIO_AUTH_TOKEN: TEST.authToken },
      /they look swapped/,
    ],
    ['credentials-refused', testPair(other), /revoked, or of another account/],
    [
      'credentials-refused',
      { ...both, ...testPair({ ...TEST, authToken: LIVE.authToken }) },
      /has the token of TWILIO_AUTH_TOKEN$/,
    ],
    [
      'credentials-refused',
      { ...both, ...testPair({ ...LIVE, authToken: TEST.authToken }) },
      /has the account of TWILIO_ACCOUNT_SID$/,
    ],
    [
      'credentials-malformed',
      testPair({ ...TEST, sid: 'SK1' }),
      /TWILIO_TEST_ACCOUNT_SID: the account SID is/,
    ],
    ['credentials-malformed', testPair({ ...TEST, authToken: 'abc' }), /AUTH_TOKEN: .* has 3 characters/],
    [
      'credentials-malformed',
      testPair({ ...TEST, sid: `AC5a4db0c5${'0'.repeat(24)}` }),
      /an account of the sandbox/,
    ],
  ])('finds %s, and sends no further request', async (id, environment, what) => {
    const { smoke, sandbox } = await setSmokeScene();
    const { code, faults, report } = await smoke(ACCOUNT, environment);
    expect([code, faults]).toEqual([6, ['test-credentials']]);
    expect(report.checks[0]?.findings).toMatchObject([{ id, what: expect.stringMatching(what) }]);
    expect(sandbox.requests().filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  it.each([
    [{}, 'TWILIO_TEST_ACCOUNT_SID and TWILIO_TEST_AUTH_TOKEN are not set in the environment'],
    [{ TWILIO_TEST_ACCOUNT_SID: TEST.sid }, 'TWILIO_TEST_AUTH_TOKEN is not set in the environment'],
    [
      { TWILIO_TEST_ACCOUNT_SID: '', TWILIO_TEST_AUTH_TOKEN: TEST.authToken },
      'TWILIO_TEST_ACCOUNT_SID is not set in the environment',
    ],
  ])('ends with 3 if they are missing: %j', async (environment, what) => {
    const { smoke, workspace } = await setSmokeScene();
    // smoke must not read them from .env, where Relay would buy from the test account with them.
    workspace.write(
      '.env',
      Object.entries(testPair(TEST))
        .map((pair) => pair.join('='))
        .join('\n'),
    );
    const { code, report } = await smoke(['--test-account'], environment);
    expect(code).toBe(3);
    expect(report.checks[0]?.findings).toMatchObject([{ id: 'credentials-missing', what }]);
  });

  it('are skipped with a warning with --allow-missing, but not if only one of the two is set', async () => {
    const { smoke } = await setSmokeScene();
    const empty = { TWILIO_TEST_ACCOUNT_SID: '', TWILIO_TEST_AUTH_TOKEN: '' };
    const { code, report, stderr } = await smoke(['--allow-missing'], { ...empty, GITHUB_ACTIONS: 'true' });
    expect([code, report.counts.skipped]).toEqual([0, report.checks.length]);
    expect(stderr).toMatch(/^ {4}! not checked: account: TWILIO_TEST_.* are not set$/m);
    expect(stderr.match(/^::warning .*$/gm)).toEqual([
      expect.stringMatching(/^::warning title=smoke skipped checks::account: TWILIO_TEST_.* are not set$/),
    ]);
    const half = await smoke(['--allow-missing'], { TWILIO_TEST_ACCOUNT_SID: TEST.sid });
    expect([half.code, half.faults]).toEqual([3, ['test-credentials']]);
  });
});

describe('privacy-rules', () => {
  const [OWNER, CONTACT, MASK] = ['+13015550195', '+12125550190', '+12025550100'] as const;

  it('fails if a phone was shown a number that it must not see, and leads to the trace', async () => {
    const { smoke, app, served, client } = await setInSandbox();
    served.number(MASK);
    served.assertShownOnlyTo(OWNER, []);
    const passed = await smoke(['--app', app.origin], ENVIRONMENT);
    expect(passed.report.checks.find(({ id }) => id === 'privacy-rules')).toMatchObject({
      state: 'ok',
      summary: '1 number watched',
    });
    await client.messages.create({ from: MASK, to: CONTACT, body: `Call ${OWNER}` });
    await expect.poll(() => served.phone(CONTACT).texts()).toHaveLength(1);
    const { code, faults, report } = await smoke(['--app', app.origin], ENVIRONMENT);
    expect([code, faults]).toEqual([6, ['privacy-rules']]);
    expect(report.checks.find(({ id }) => id === 'privacy-rules')?.findings).toMatchObject([
      {
        id: 'was-shown',
        what: `${CONTACT} was shown ${OWNER}: Call ${OWNER}`,
        tryNext: [expect.stringMatching(/^relay-phone sandbox traces \d+$/), 'relay-phone sandbox leaks'],
      },
    ]);
  });
});
