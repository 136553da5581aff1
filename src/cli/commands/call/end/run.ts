// `relay-phone call end`: hangs up for phones of the running sandbox.
import { ExitCode, RelayPhoneError } from '../../../../errors.js';
import type { ControlClient } from '../../../../sandbox/control/client.js';
import { findRunningSandbox } from '../../../../sandbox/instance/address.js';
import { findJoinable } from '../../../../sandbox/instance/join.js';
import type { LoggedCall } from '../../../../sandbox/phones/calls/call-log.js';
import { findPhoneNumber } from '../../../../sandbox/platform/phone-number.js';
import type { CallEndReport } from '../../../../sandbox/report.js';
import { openCommandContext } from '../../../core/command-context.js';
import type { CliPorts } from '../../../core/ports.js';
import { verifySandboxFolder } from '../../../core/sandbox.js';
import type { CallEndFlags } from './command.js';

const TASK = 'end a call';

interface PhoneInCall {
  readonly phone: string;
  readonly call: LoggedCall;
}

/**
 * Ends the calls. Without an argument it is no fault that there are none.
 *
 * @throws RelayPhoneError `network` if the sandbox may run but does not answer
 */
export async function run(ports: CliPorts, flags: CallEndFlags): Promise<number> {
  const context = await openCommandContext(ports, flags);
  const { screen } = context;
  const folder = verifySandboxFolder(context, TASK);
  // Calls end with the sandbox, so that one which does not run has none. One that does not answer may have some.
  const isRunning = (await findRunningSandbox(folder)) !== undefined;
  const sandbox = isRunning ? await findJoinable(folder) : undefined;
  const live = sandbox ? await listLive(sandbox.control) : [];
  const chosen = flags.which === undefined ? live : choose(live, flags.which);
  const ended: CallEndReport['calls'] = [];
  for (const { phone, call } of chosen) {
    const state = sandbox && (await end(sandbox.control, phone, call));
    // The hang-up of another phone of the same call has ended it.
    if (state === undefined) continue;
    ended.push({ phone, other: call.shown, callSid: call.sid, state });
    screen.done(`${phone} ${state === 'rejected' ? 'declined' : 'hung up on'} ${call.shown} (${call.sid})`);
  }
  if (ended.length === 0) screen.line('No phone is in a call.');
  screen.document({ command: 'call end', calls: ended } satisfies CallEndReport);
  return ExitCode.done;
}

async function listLive(control: ControlClient): Promise<PhoneInCall[]> {
  const phones = (await control.phones()).filter(({ liveCall }) => liveCall !== null);
  const calls = await Promise.all(
    phones.map(async ({ number }) => (await control.calls(number)).map((call) => ({ phone: number, call }))),
  );
  return calls.flat().filter(({ call }) => call.endedAt === null);
}

/** @throws RelayPhoneError `usage` if no such call is in progress; it names those that are. */
function choose(live: readonly PhoneInCall[], which: string): PhoneInCall[] {
  const number = findPhoneNumber(which)?.number;
  const chosen = live.filter(({ phone, call }) => call.sid === which || phone === number);
  if (chosen.length > 0) return chosen;
  throw new RelayPhoneError({
    kind: 'usage',
    task: TASK,
    reason: `${which} is neither a call in progress nor a phone that is in one`,
    tryNext: live.map(({ phone, call }) => `relay-phone call end ${call.sid}, ${phone} with ${call.shown}`),
  });
}

/** Returns how the call ended; undefined if it was over already. */
async function end(
  control: ControlClient,
  phone: string,
  { sid }: LoggedCall,
): Promise<LoggedCall['state'] | undefined> {
  const find = async () => (await control.calls(phone)).find((call) => call.sid === sid);
  const state = (await find())?.state;
  try {
    await control.act(phone, sid, state === 'ringing' ? 'reject' : 'hang-up');
  } catch (error) {
    if (error instanceof RelayPhoneError && error.kind === 'usage') return undefined;
    throw error;
  }
  return (await find())?.state;
}
