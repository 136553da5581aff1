// `relay-phone sandbox leaks`: shows which phones have seen a number that they should not know.
import { ExitCode, RelayPhoneError } from '../../../../errors.js';
import type { ControlClient } from '../../../../sandbox/control/client.js';
import { hasSandbox } from '../../../../sandbox/instance/join.js';
import type { NumberExposure } from '../../../../sandbox/phones/exposure/find-exposures.js';
import { verifyPhoneNumber } from '../../../../sandbox/platform/phone-number.js';
import type { AssertionsReport, LeaksReport } from '../../../../sandbox/report.js';
import { type CommandContext, openCommandContext } from '../../../core/command-context.js';
import { layOut, shortenSid } from '../../../core/layout.js';
import type { CliPorts } from '../../../core/ports.js';
import { connectSandbox } from '../../../core/sandbox.js';
import type { Screen } from '../../../core/screen.js';
import type { LeaksFlags } from './command.js';

const TASK = 'look for leaks';

/** Shows every exposure of the number, or every one that breaks an assertion; exit code 6 if there is one. */
export function run(ports: CliPorts, flags: LeaksFlags): Promise<number> {
  const { number, allow = [] } = flags;
  if (number !== undefined) return checkNumber(ports, flags, number, allow);
  if (allow.length === 0) return checkAssertions(ports, flags);
  throw new RelayPhoneError({
    kind: 'usage',
    task: TASK,
    reason: '--allow says which phones may see a number, so it needs --number',
    tryNext: [`--number +12025550190 --allow ${allow.join(' ')}`],
  });
}

async function checkNumber(
  ports: CliPorts,
  flags: LeaksFlags,
  text: string,
  allow: readonly string[],
): Promise<number> {
  const { number } = verifyPhoneNumber(text, `${TASK} of ${text}`);
  const allowed = allow.map((one) => verifyPhoneNumber(one, `allow ${one}`).number);
  const context = await openCommandContext(ports, flags);
  const exposures = await ask(context, (control) => control.exposures(number));
  const sightings = exposures.filter(({ phone }) => !allowed.includes(phone));
  const report: LeaksReport = { command: 'sandbox leaks', number, allowed, sightings };
  show(context.screen, report);
  context.screen.document(report);
  return sightings.length === 0 ? ExitCode.done : ExitCode.fault;
}

async function checkAssertions(ports: CliPorts, flags: LeaksFlags): Promise<number> {
  const context = await openCommandContext(ports, flags);
  const folder = context.state.find();
  const hasAny = folder !== undefined && hasSandbox(folder);
  const assertions = hasAny ? [...(await ask(context, (control) => control.assertions()))] : [];
  if (assertions.length === 0) throw nothingToCheck();
  for (const { number, allowed, exposures } of assertions) {
    show(context.screen, { number, allowed, sightings: exposures });
  }
  context.screen.document({ command: 'sandbox leaks', assertions } satisfies AssertionsReport);
  return assertions.every(({ isKept }) => isKept) ? ExitCode.done : ExitCode.fault;
}

function nothingToCheck(): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: TASK,
    reason: 'there is no --number, and the sandbox has no assertion',
    tryNext: [
      'relay-phone sandbox leaks --number +12025550190',
      'PUT /_sandbox/assertions/+12025550190, see docs/control-api.md',
    ],
  });
}

async function ask<T>(context: CommandContext, question: (control: ControlClient) => Promise<T>): Promise<T> {
  const sandbox = await connectSandbox(context, 'sandbox leaks', TASK);
  try {
    return await question(sandbox.control);
  } finally {
    await sandbox.close();
  }
}

interface Findings {
  readonly number: string;
  readonly allowed: readonly string[];
  /** Without those to the allowed phones. */
  readonly sightings: readonly NumberExposure[];
}

function show(screen: Screen, { number, allowed, sightings }: Findings): void {
  const phones = new Set(sightings.map(({ phone }) => phone));
  for (const phone of phones) {
    screen.line(phone);
    for (const sighting of sightings) if (sighting.phone === phone) showExposure(screen, sighting);
  }
  const others = allowed.length === 0 ? '' : ' but those that may see it';
  const count = phones.size === 1 ? '1 phone' : `${phones.size} phones`;
  screen.line(`${number} was shown to ${phones.size === 0 ? `no phone${others}` : count}.`);
}

function showExposure({ layout, rows }: Screen, { at, sid, how, excerpt }: NumberExposure): void {
  const describe = (name: string) => `${WHERE[how]} ${name}: ${excerpt}`;
  const contents: [string, string] = [describe(sid), describe(layout.isFull ? sid : shortenSid(sid))];
  rows(layOut(`    ${at}  `, contents, layout), 'failed');
}

const WHERE: Readonly<Record<NumberExposure['how'], string>> = {
  sender: 'as the sender of',
  body: 'in',
  media: 'in a file of',
  'caller id': 'as the caller of',
  heard: 'heard in',
};
