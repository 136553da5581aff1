// `relay-phone call`: calls a number from a sandbox phone, and shows what the call causes.
import { ExitCode, RelayPhoneError } from '../../../errors.js';
import type { ControlClient } from '../../../sandbox/control/client.js';
import { verifyKeys } from '../../../sandbox/phones/calls/phone-call.js';
import type { SandboxEvent } from '../../../sandbox/platform/events/event.js';
import type { CallReport } from '../../../sandbox/report.js';
import { type CommandContext, openCommandContext } from '../../core/command-context.js';
import type { CliPorts } from '../../core/ports.js';
import { connectSandbox } from '../../core/sandbox.js';
import { describeEvent, warnOfMissedEvents } from '../sandbox/event-line.js';
import { showOutcome } from '../sandbox/outcome.js';
import type { CallFlags } from './command.js';

/** Places one call and stays until it is over; exit code 6 if no webhook was sent or the app did not answer one. */
export async function run(ports: CliPorts, flags: CallFlags): Promise<number> {
  if (flags.press !== undefined) verifyKeys(flags.press);
  const context = await openCommandContext(ports, flags);
  const sandbox = await connectSandbox(context, 'call', 'place a call');
  ports.onInterrupt(sandbox.close);
  try {
    const report = await placeCall(context, sandbox.control, flags);
    context.screen.document(report);
    const wasAnswered =
      report.documents.length > 0 && report.documents.every(({ failure }) => failure === null);
    return wasAnswered ? ExitCode.done : ExitCode.fault;
  } finally {
    await sandbox.close();
  }
}

async function placeCall(
  context: CommandContext,
  control: ControlClient,
  flags: CallFlags,
): Promise<CallReport> {
  const { ports, screen } = context;
  const { from, to } = flags;
  const { traceId, sid: callSid } = await control.call(from, to);
  ports.onInterrupt(() => control.act(from, callSid, 'hang-up'));
  const caller = createCaller(control, flags, callSid);
  const hops: CallReport['hops'] = [];
  const documents: CallReport['documents'] = [];
  const show = (event: SandboxEvent) => {
    hops.push({ ...event });
    screen.line(describeEvent(event));
    if (event.kind === 'webhook.sent' && event.purpose === 'call' && event.verdict !== 'redirected') {
      const { url, status, errorCode, failure } = event;
      documents.push({ url, status, errorCode, failure });
    }
    caller.see(event);
  };
  await control.follow(traceId, show, warnOfMissedEvents(screen)).finally(caller.leave);
  await caller.done();
  if (documents.length === 0)
    screen.warn(`No webhook was sent: ${to} has no VoiceUrl and no TwiML app with one.`);
  const logged = (await control.calls(from)).find(({ sid }) => sid === callSid);
  const { state = 'unanswered', answeredAt = null, endedAt = null, heard = [], said = [] } = logged ?? {};
  const sentence = await showOutcome(context, control, traceId);
  return {
    command: 'call',
    from,
    to,
    callSid,
    state,
    answeredAt,
    endedAt,
    heard: [...heard],
    said: [...said],
    documents,
    sentence,
    hops,
  };
}

/** The person with the phone: acts as the options say once the call is answered, and hangs up after a silence. */
function createCaller(control: ControlClient, { from, press, say, hangUpAfter }: CallFlags, callSid: string) {
  const ringing = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let isAnswered = false;
  let acts: Promise<unknown> = Promise.resolve();

  const act = (name: 'press' | 'say' | 'hang-up', content?: object) => {
    // The other side may have hung up meanwhile, which is a usage error.
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
    if (isAnswered && ringing.size === 0) timer = setTimeout(() => act('hang-up'), hangUpAfter * 1000);
  }

  return { see, leave: () => clearTimeout(timer), done: () => acts };
}

function ignoreUsage(error: unknown): void {
  if (!(error instanceof RelayPhoneError && error.kind === 'usage')) throw error;
}
