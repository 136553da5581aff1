// `relay-phone sandbox leaks`: which phones were ever shown a number that they should not know.
import { ExitCode } from '../../../../errors.js';
import { joinSandbox } from '../../../../sandbox/instance/join.js';
import type { NumberExposure } from '../../../../sandbox/phones/exposure/find-exposures.js';
import { verifyPhoneNumber } from '../../../../sandbox/platform/phone-number.js';
import type { LeaksReport } from '../../../../sandbox/report.js';
import { type CommandContext, openCommandContext, waitForLock } from '../../../core/command-context.js';
import type { CliPorts } from '../../../core/ports.js';
import { verifySandboxFolder } from '../../../core/sandbox.js';
import type { Screen } from '../../../core/screen.js';
import type { LeaksFlags } from './command.js';

const TASK = 'look for leaks';

/** Shows every sighting; `fault` when there is one. */
export async function run(ports: CliPorts, flags: LeaksFlags): Promise<number> {
  const { number } = verifyPhoneNumber(flags.number, `${TASK} of ${flags.number}`);
  const allowed = (flags.allow ?? []).map((text) => verifyPhoneNumber(text, `allow ${text}`).number);
  const context = await openCommandContext(ports, flags);
  const seen = await readSightings(context, number);
  const sightings = seen.filter(({ phone }) => !allowed.includes(phone));
  const report: LeaksReport = { command: 'sandbox leaks', number, allowed, sightings };
  show(context.screen, report);
  context.screen.document(report);
  return sightings.length === 0 ? ExitCode.done : ExitCode.fault;
}

async function readSightings(context: CommandContext, number: string): Promise<readonly NumberExposure[]> {
  const sandbox = await joinSandbox(
    verifySandboxFolder(context, TASK),
    waitForLock(context, 'sandbox leaks'),
  );
  try {
    return await sandbox.control.whoSaw(number);
  } finally {
    await sandbox.close();
  }
}

function show(screen: Screen, { number, allowed, sightings }: LeaksReport): void {
  const phones = new Set(sightings.map(({ phone }) => phone));
  for (const phone of phones) {
    screen.line(phone);
    for (const sighting of sightings) if (sighting.phone === phone) screen.line(describe(sighting));
  }
  const others = allowed.length === 0 ? '' : ' but those that may see it';
  const count = phones.size === 1 ? '1 phone' : `${phones.size} phones`;
  screen.line(`${number} was shown to ${phones.size === 0 ? `no phone${others}` : count}.`);
}

function describe({ at, sid, how, excerpt }: NumberExposure): string {
  const where = WHERE[how];
  return `    ${at}  ${where} ${sid}: ${excerpt.replaceAll(/\s+/g, ' ')}`;
}

const WHERE: Readonly<Record<NumberExposure['how'], string>> = {
  sender: 'as the sender of',
  body: 'in',
  media: 'in a file of',
  'caller id': 'as the caller of',
  heard: 'heard in',
};
