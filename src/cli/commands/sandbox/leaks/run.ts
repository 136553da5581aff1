// `relay-phone sandbox leaks`: shows which phones have seen a number that they should not know.
import { ExitCode } from '../../../../errors.js';
import type { NumberExposure } from '../../../../sandbox/phones/exposure/find-exposures.js';
import { verifyPhoneNumber } from '../../../../sandbox/platform/phone-number.js';
import type { LeaksReport } from '../../../../sandbox/report.js';
import { type CommandContext, openCommandContext } from '../../../core/command-context.js';
import type { CliPorts } from '../../../core/ports.js';
import { connectSandbox } from '../../../core/sandbox.js';
import type { Screen } from '../../../core/screen.js';
import type { LeaksFlags } from './command.js';

const TASK = 'look for leaks';

/** Shows every exposure of the number; exit code 6 if there is one. */
export async function run(ports: CliPorts, flags: LeaksFlags): Promise<number> {
  const { number } = verifyPhoneNumber(flags.number, `${TASK} of ${flags.number}`);
  const allowed = (flags.allow ?? []).map((text) => verifyPhoneNumber(text, `allow ${text}`).number);
  const context = await openCommandContext(ports, flags);
  const exposures = await readExposures(context, number);
  const sightings = exposures.filter(({ phone }) => !allowed.includes(phone));
  const report: LeaksReport = { command: 'sandbox leaks', number, allowed, sightings };
  show(context.screen, report);
  context.screen.document(report);
  return sightings.length === 0 ? ExitCode.done : ExitCode.fault;
}

async function readExposures(context: CommandContext, number: string): Promise<readonly NumberExposure[]> {
  const sandbox = await connectSandbox(context, 'sandbox leaks', TASK);
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
  return `    ${at}  ${where} ${sid}: ${excerpt}`;
}

const WHERE: Readonly<Record<NumberExposure['how'], string>> = {
  sender: 'as the sender of',
  body: 'in',
  media: 'in a file of',
  'caller id': 'as the caller of',
  heard: 'heard in',
};
