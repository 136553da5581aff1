// The repairs of `doctor --fix`. They need no consent: none spends money, deletes anything or repoints an app in use.
import { RelayPhoneError } from '../../errors.js';
import { listSameOrigins } from '../../origin.js';
import { runSetup } from '../../setup/run.js';
import { NO_CHOICES, type Setup, type SetupStep } from '../../setup/setup.js';
import { accountStep } from '../../setup/steps/account.js';
import { envFileStep, publicHostStep } from '../../setup/steps/env-file.js';
import { mainNumberStep } from '../../setup/steps/main-number.js';
import { publicBaseStep } from '../../setup/steps/public-base.js';
import { repairAppStep } from '../../setup/steps/twiml-app.js';
import type { RepairId } from '../check.js';
import type { CheckResult } from '../run-checks.js';
import { type DoctorContext, findConfiguredPublicBase } from './doctor-context.js';

/** The result of one repair. */
export interface RepairResult {
  readonly id: RepairId;
  /** The ids of the findings that it fixes. */
  readonly findings: readonly string[];
  /** Why it failed; undefined if it succeeded. */
  readonly error: RelayPhoneError | undefined;
}

/** The setup steps of each repair. Their changes are recorded in the journal, so `undo` can revert them. */
const STEPS: Readonly<Record<Exclude<RepairId, 'state-folder'>, readonly SetupStep<string>[]>> = {
  setup: [accountStep, mainNumberStep, publicBaseStep, repairAppStep, envFileStep],
  'twiml-app': [repairAppStep],
  'env-hosts': [publicHostStep],
};

/** The repairs that another one includes: they are not applied again. */
const COVERED_REPAIRS: Readonly<Partial<Record<RepairId, readonly RepairId[]>>> = {
  setup: ['twiml-app', 'env-hosts'],
};

const REPAIR_ORDER: readonly RepairId[] = ['state-folder', 'setup', 'twiml-app', 'env-hosts'];

/** True if a finding has a repair. */
export function hasRepairs(results: readonly CheckResult[]): boolean {
  return listRepairs(results).length > 0;
}

/** Applies the repairs one after the other. Each shows its changes on the screen; an error ends only that repair. */
export async function applyRepairs(
  context: DoctorContext,
  results: readonly CheckResult[],
): Promise<RepairResult[]> {
  const repaired: RepairResult[] = [];
  for (const { id, findings } of listRepairs(results)) {
    repaired.push({ id, findings, error: await findError(() => applyRepair(context, id)) });
  }
  return repaired;
}

function listRepairs(results: readonly CheckResult[]): Pick<RepairResult, 'id' | 'findings'>[] {
  const all = results.flatMap(({ findings }) => findings);
  const wanted = REPAIR_ORDER.filter((id) => all.some(({ repair: own }) => own === id));
  const covered = wanted.flatMap((id) => COVERED_REPAIRS[id] ?? []);
  return wanted
    .filter((id) => !covered.includes(id))
    .map((id) => {
      const own = [id, ...(COVERED_REPAIRS[id] ?? [])];
      return {
        id,
        findings: all.flatMap((one) => (one.repair && own.includes(one.repair) ? [one.id] : [])),
      };
    });
}

async function applyRepair(context: DoctorContext, id: RepairId): Promise<void> {
  // The steps write their journal to the state folder.
  context.openState();
  if (id === 'state-folder') return;
  const { setup } = await context.openAccount();
  await runSetup(await createRepairSetup(context, setup), STEPS[id]);
}

/** Returns a setup that allows every change in the sandbox, which is free and has no other users. */
async function createRepairSetup(context: DoctorContext, setup: Setup): Promise<Setup> {
  const app = context.findAppOrigin();
  const publicBase = findConfiguredPublicBase(context);
  const ownOrigins = [...listSameOrigins(app), ...(publicBase ? [publicBase] : [])];
  return {
    ...setup,
    // For advice: what needs consent is left to `init`, which asks.
    command: 'init',
    choices: { ...NO_CHOICES, yes: setup.target === 'sandbox' },
    facts: { ownOrigins, ...(publicBase && { publicBase }) },
  };
}

async function findError(work: () => Promise<void>): Promise<RelayPhoneError | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof RelayPhoneError) return error;
    throw error;
  }
}
