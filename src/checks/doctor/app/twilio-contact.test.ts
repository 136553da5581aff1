// What doctor says about an app that has asked the sandbox for nothing, by what the sandbox and the system show of it.
import { describe, expect, it } from 'vitest';
import type { AppProcess, DoctorContext, SeenApp } from '../doctor-context.js';
import { appContactCheck } from './twilio-contact.js';

const EXEC = 'relay-phone exec -- .venv/bin/python manage.py runserver 8137';
const NOTHING: SeenApp = {
  requests: 0,
  refusedRequests: 0,
  answeredWebhooks: 0,
  failedWebhooks: 0,
  lastFailure: null,
};
const FAILED: SeenApp = {
  ...NOTHING,
  answeredWebhooks: 2,
  failedWebhooks: 1,
  lastFailure: { status: 500, reason: 'TwilioRestException' },
};
const ANSWERED: SeenApp = { ...NOTHING, answeredWebhooks: 1 };
const INSIDE: AppProcess = { start: 'inside' };
const OUTSIDE: AppProcess = { start: 'outside', process: 'python (process 7)' };
const UNSEEN: AppProcess = { start: 'unknown', why: 'it belongs to another user' };

/** Runs the check. Only what it reads is there. */
async function look(
  contact: SeenApp | undefined,
  process: AppProcess,
  { isRelay = false, target = 'sandbox' }: { isRelay?: boolean; target?: 'sandbox' | 'live' } = {},
) {
  const context = {
    target,
    findAppContact: async () => contact,
    seeAppProcess: async () => process,
    inspectCheckout: isRelay ? async () => [] : undefined,
    lines: { exec: EXEC, starts: [EXEC] },
  };
  return appContactCheck.run(context as unknown as DoctorContext);
}

describe('the app and this Twilio', () => {
  it.each<[string, string, SeenApp | undefined, AppProcess, boolean]>([
    ['app-blind', 'whose webhook failed, in a Relay checkout', FAILED, UNSEEN, true],
    ['app-blind', 'whose webhook failed, and that was started by itself', FAILED, OUTSIDE, false],
    ['app-never-asked', 'whose webhook failed, of which no more is seen', FAILED, UNSEEN, false],
    ['app-never-asked', 'whose webhook failed under exec', FAILED, INSIDE, false],
    ['app-outside', 'that was started by itself', NOTHING, OUTSIDE, false],
    ['app-outside', 'that was started by itself before the sandbox', undefined, OUTSIDE, false],
    ['app-outside', 'of Relay that has only answered', ANSWERED, OUTSIDE, true],
  ])('reports %s for an app %s', async (id, _what, contact, process, isRelay) => {
    const { findings } = await look(contact, process, { isRelay });
    expect(findings.map((finding) => finding.id)).toEqual([id]);
    expect(findings[0]?.tryNext).toEqual([`end the app, and start it so: ${EXEC}`]);
  });

  it.each<[string, SeenApp | undefined, AppProcess]>([
    ['has asked, however it was started', { ...FAILED, requests: 1 }, OUTSIDE],
    ['was started by itself, and answers webhooks without asking', ANSWERED, OUTSIDE],
    ['was started through exec', NOTHING, INSIDE],
  ])('passes an app that %s', async (_what, contact, process) => {
    expect(await look(contact, process)).toMatchObject({ findings: [] });
    expect((await look(contact, process)).isSkipped).toBeUndefined();
  });

  it('says that it could not look, and claims nothing, where the process is not seen', async () => {
    const unseen = await look(NOTHING, UNSEEN, { isRelay: true });
    expect(unseen).toMatchObject({ findings: [], isSkipped: true });
    expect(unseen.summary).toMatch(/could not look how the app was started: it belongs to another user$/);
  });

  it('has nothing to check with a Twilio account', async () => {
    expect(await look(undefined, OUTSIDE, { target: 'live' })).toMatchObject({
      findings: [],
      isSkipped: true,
    });
  });
});
