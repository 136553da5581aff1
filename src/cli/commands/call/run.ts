// `relay-phone call`: acts as a phone of the sandbox that calls a number, and shows what that sets off.
import { ExitCode, RelayPhoneError } from '../../../errors.js';
import type { ControlClient } from '../../../sandbox/control/client.js';
import { joinSandbox } from '../../../sandbox/instance/join.js';
import { verifyKeys } from '../../../sandbox/phones/calls/phone-call.js';
import type { SandboxEvent } from '../../../sandbox/platform/events/event.js';
import type { CallReport } from '../../../sandbox/report.js';
import { type CommandContext, openCommandContext, waitForLock } from '../../core/command-context.js';
import type { CliPorts } from '../../core/ports.js';
import { verifySandboxFolder } from '../../core/sandbox.js';
import { describeHop } from '../sandbox/event-line.js';
import type { CallFlags } from './command.js';

/** Places one call and stays until it is over; `fault` when the app was not asked, or could not answer. */
export async function run(ports: CliPorts, flags: CallFlags): Promise<number> {
  const silence = flags.hangUpAfter * 1000;
  if (flags.press !== undefined) verifyKeys(flags.press);
  const context = await openCommandContext(ports, flags);
  const sandbox = await joinSandbox(
    verifySandboxFolder(context, 'place a call'),
    waitForLock(context, 'call'),
  );
  ports.onInterrupt(sandbox.close);
  try {
    const report = await place(ports, context, sandbox.control, flags, silence);
    context.screen.document(report);
    const wasAnswered =
      report.documents.length > 0 && report.documents.every(({ failure }) => failure === null);
    return wasAnswered ? ExitCode.done : ExitCode.fault;
  } finally {
    await sandbox.close();
  }
}

async function place(
  ports: CliPorts,
  { screen }: CommandContext,
  control: ControlClient,
  flags: CallFlags,
  silence: number,
): Promise<CallReport> {
  const { from, to } = flags;
  const { traceId, sid: callSid } = await control.call(from, to);
  ports.onInterrupt(() => control.act(from, callSid, 'hang-up'));
  const holder = createHolder(control, flags, callSid, silence);
  const hops: CallReport['hops'] = [];
  const documents: CallReport['documents'] = [];
  await control
    .follow(traceId, (event) => {
      hops.push({ ...event });
      screen.line(describeHop(event));
      if (event.kind === 'webhook.sent' && event.purpose === 'call' && event.verdict !== 'redirected') {
        const { url, status, errorCode, failure } = event;
        documents.push({ url, status, errorCode, failure });
      }
      holder.see(event);
    })
    .finally(holder.leave);
  await holder.done();
  if (documents.length === 0)
    screen.warn(`Nobody was asked: ${to} has no VoiceUrl, and no TwiML app that has one.`);
  const logged = (await control.calls(from)).find(({ sid }) => sid === callSid);
  const { state = 'unanswered', answeredAt = null, endedAt = null, heard = [] } = logged ?? {};
  return {
    command: 'call',
    from,
    to,
    callSid,
    state,
    answeredAt,
    endedAt,
    heard: [...heard],
    documents,
    hops,
  };
}

/** Whoever holds the phone: does what the flags say once the call is answered, and hangs up when nothing happens. */
function createHolder(
  control: ControlClient,
  { from, press, say }: CallFlags,
  callSid: string,
  silence: number,
) {
  const ringing = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let isAnswered = false;
  let acts: Promise<unknown> = Promise.resolve();

  const act = (name: 'press' | 'say' | 'hang-up', content?: object) => {
    // The other side may have hung up by then.
    acts = acts.then(() => control.act(from, callSid, name, content).catch(ignoreUsage));
  };

  function see(event: SandboxEvent): void {
    clearTimeout(timer);
    if (event.kind === 'call.status') {
      if (event.status === 'ringing' && event.sid !== callSid) ringing.add(event.sid);
      else ringing.delete(event.sid);
    }
    if (event.kind === 'phone.call' && event.sid === callSid && event.act === 'is answered') {
      isAnswered = true;
      if (press !== undefined) act('press', { keys: press });
      if (say !== undefined) act('say', { words: say });
    }
    if (isAnswered && ringing.size === 0) timer = setTimeout(() => act('hang-up'), silence);
  }

  return { see, leave: () => clearTimeout(timer), done: () => acts };
}

function ignoreUsage(error: unknown): void {
  if (!(error instanceof RelayPhoneError && error.kind === 'usage')) throw error;
}
