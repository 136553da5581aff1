// Tests that `doctor` finds each fault, and nothing else: causes every fault, and runs the built CLI.
import { beforeEach, describe, expect, it } from 'vitest';
import { DOCTOR_FINDINGS } from '../src/checks/doctor/checks.js';
import { ACCOUNT_FAULTS } from './support/doctor/account-faults.js';
import { APP_FAULTS } from './support/doctor/app-faults.js';
import { CHECKOUT_FAULTS, prepareCheckout } from './support/doctor/checkout-faults.js';
import { ENV_FAULTS } from './support/doctor/env-faults.js';
import type { Fault, Run } from './support/doctor/fault.js';
import { LIVE_FAULTS } from './support/doctor/live-faults.js';
import { setLiveScene } from './support/doctor/live-scene.js';
import { findingsOf, type Look } from './support/doctor/look.js';
import { IMPOSSIBLE, MACHINE_FAULTS } from './support/doctor/machine-faults.js';
import { NGROK_FAULTS } from './support/doctor/ngrok-faults.js';
import { type SandboxScene, setSandboxScene } from './support/doctor/sandbox-scene.js';
import { skipOnWindows } from './support/skips.js';
import { CLI } from './support/workspace.js';

beforeEach(skipOnWindows);

const SANDBOX_FAULTS = {
  ...MACHINE_FAULTS,
  ...ENV_FAULTS,
  ...ACCOUNT_FAULTS,
  ...APP_FAULTS,
  ...NGROK_FAULTS,
  ...CHECKOUT_FAULTS,
};

/** Verifies that doctor reports the finding, and no other except `besides`. */
function verifyFound(id: string, seen: Look, besides: readonly string[] = []): void {
  const found = findingsOf(seen);
  expect([...new Set(found.map((one) => one.id))].sort()).toEqual([id, ...besides].sort());
  const finding = found.find((one) => one.id === id);
  const { severity, why, repair } = DOCTOR_FINDINGS[id] ?? {};
  expect(finding).toMatchObject({ severity, why, isFixable: repair !== undefined });
  expect(finding?.what).not.toBe('');
  expect(finding?.tryNext.length).toBeGreaterThan(0);
  const isFault = found.some((one) => one.severity === 'fault');
  expect(seen.code).toBe(isFault ? 6 : 0);
}

describe('doctor', () => {
  it('has a test for every finding', () => {
    expect(Object.keys({ ...SANDBOX_FAULTS, ...LIVE_FAULTS }).sort()).toEqual(
      Object.keys(DOCTOR_FINDINGS).sort(),
    );
  });

  it('finds nothing in a working sandbox', async () => {
    const scene = await setSandboxScene();
    const seen = await scene.look(undefined, { cli: CLI });
    expect(findingsOf(seen)).toEqual([]);
    expect(seen.code).toBe(0);
  });

  it('finds nothing in a working Relay checkout', async () => {
    const scene = await setSandboxScene();
    await prepareCheckout(scene);
    const seen = await scene.look();
    expect(findingsOf(seen)).toEqual([]);
    expect(seen.report.checks.at(-1)).toMatchObject({ id: 'checkout', state: 'ok' });
  });

  it('finds nothing in a working Twilio account', async () => {
    const scene = await setLiveScene();
    const seen = await scene.look();
    expect(findingsOf(seen)).toEqual([]);
    expect([seen.code, seen.report.target]).toEqual([0, 'live']);
  });

  it.for(Object.entries<Fault<SandboxScene>>(SANDBOX_FAULTS))('finds %s', async ([id, arrange], { skip }) => {
    skip(IMPOSSIBLE.has(id), 'no other user can start the program here');
    const scene = await setSandboxScene();
    const run: Run = (await arrange(scene)) ?? {};
    verifyFound(id, await scene.look(run.args, run.options), run.besides);
  });

  it.each(Object.entries(LIVE_FAULTS))('finds %s in a Twilio account', async (id, { options, arrange }) => {
    const scene = await setLiveScene(options);
    const run: Run = (await arrange?.(scene)) ?? {};
    verifyFound(id, await scene.look(run.args, run.options), run.besides);
  });
});
