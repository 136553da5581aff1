// `relay-phone sandbox leaks`: which phones were ever shown a number that they should not know.
import { ExitCode, RelayPhoneError } from '../../errors.js';
import { joinSandbox } from '../../sandbox/instance.js';
import { findPhoneNumber } from '../../sandbox/numbers/phone-number.js';
import type { LeaksReport } from '../../sandbox/report.js';
import type { Sighting } from '../../sandbox/sightings/sighting.js';
import type { Context } from '../context.js';
import type { LeaksFlags } from '../flags.js';
import { type Ground, openGround, waitFor } from '../ground.js';
import { verifySandboxFolder } from '../sandbox-folder.js';

const TASK = 'look for leaks';

/** Shows every sighting, oldest first; `fault` when there is one. */
export async function run(context: Context, flags: LeaksFlags): Promise<number> {
  const number = verifyNumber(flags.number);
  const allowed = (flags.allow ?? []).map(verifyNumber);
  const ground = await openGround(context, flags);
  const seen = await readSightings(ground, number);
  const sightings = seen.filter(({ phone }) => !allowed.includes(phone));
  const phones = [...new Set(sightings.map(({ phone }) => phone))];
  for (const phone of phones) {
    ground.screen.line(phone);
    for (const sighting of sightings) if (sighting.phone === phone) ground.screen.line(describe(sighting));
  }
  ground.screen.line(
    phones.length === 0
      ? `${number} was shown to no phone${allowed.length === 0 ? '' : ' but those that may see it'}.`
      : `${number} was shown to ${phones.length === 1 ? '1 phone' : `${phones.length} phones`}.`,
  );
  const report: LeaksReport = { command: 'sandbox leaks', number, allowed, sightings };
  ground.screen.document(report);
  return sightings.length === 0 ? ExitCode.done : ExitCode.fault;
}

async function readSightings(ground: Ground, number: string): Promise<readonly Sighting[]> {
  const folder = verifySandboxFolder(ground, TASK);
  const sandbox = await joinSandbox(folder, waitFor(ground, 'sandbox leaks'));
  try {
    return await sandbox.control.whoSaw(number);
  } finally {
    await sandbox.close();
  }
}

function describe({ at, sid, how, excerpt }: Sighting): string {
  const where = { sender: 'as the sender of', body: 'in' }[how];
  return `    ${at}  ${where} ${sid}: ${excerpt.replaceAll(/\s+/g, ' ')}`;
}

function verifyNumber(text: string): string {
  const found = findPhoneNumber(text);
  if (found) return found.number;
  throw new RelayPhoneError({
    kind: 'usage',
    task: TASK,
    reason: `${text} is not a valid phone number`,
    tryNext: ['relay-phone sandbox leaks --number +12025550190'],
  });
}
