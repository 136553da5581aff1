// `relay-phone call`: calls a number from a sandbox phone, and shows what the call causes.
import { ExitCode } from '../../../errors.js';
import type { JoinedSandbox } from '../../../sandbox/instance/join.js';
import { verifyKeys } from '../../../sandbox/phones/calls/phone-call.js';
import type { SandboxEvent } from '../../../sandbox/platform/events/event.js';
import type { CallReport } from '../../../sandbox/report.js';
import { type CommandContext, openCommandContext } from '../../core/command-context.js';
import type { CliPorts } from '../../core/ports.js';
import { connectSandbox } from '../../core/sandbox.js';
import { showEvent, warnOfMissedEvents } from '../sandbox/event-line.js';
import { showOutcome } from '../sandbox/outcome.js';
import { chooseNumbers, type NumberPair } from '../text/obvious-numbers.js';
import { createCaller } from './caller.js';
import type { CallFlags } from './command.js';
import { hasKeys, KEYBOARD_HELP, passKeys } from './keyboard.js';

/**
 * Places one call and stays until it is over; exit code 6 if nobody answered, as the sentence at the end says, or if it met
 * something in a strict sandbox that this lacks.
 */
export async function run(ports: CliPorts, flags: CallFlags): Promise<number> {
  if (flags.press !== undefined) verifyKeys(flags.press);
  const context = await openCommandContext(ports, flags);
  const sandbox = await connectSandbox(context, 'call', 'place a call');
  ports.onInterrupt(sandbox.close);
  try {
    const numbers = await chooseNumbers(context, sandbox, { ...flags, use: 'call' });
    const { report, hasFailed } = await placeCall(context, sandbox, { ...flags, ...numbers });
    context.screen.document(report);
    return hasFailed ? ExitCode.fault : ExitCode.done;
  } finally {
    await sandbox.close();
  }
}

async function placeCall(
  context: CommandContext,
  sandbox: JoinedSandbox,
  flags: CallFlags & NumberPair,
): Promise<{ readonly report: CallReport; readonly hasFailed: boolean }> {
  const { ports, screen } = context;
  const { control } = sandbox;
  const { from, to } = flags;
  const { traceId, sid: callSid } = await control.call(from, to);
  ports.onInterrupt(() => control.act(from, callSid, 'hang-up'));
  const isTyping = hasKeys(ports) && !flags.json;
  const caller = createCaller(control, flags, callSid, isTyping);
  if (isTyping) screen.line(KEYBOARD_HELP);
  const endTyping = isTyping ? passKeys(ports, caller) : () => undefined;
  ports.onInterrupt(async () => endTyping());
  const hops: CallReport['hops'] = [];
  const documents: CallReport['documents'] = [];
  const show = (event: SandboxEvent) => {
    hops.push({ ...event });
    showEvent(screen, event);
    if (event.kind === 'webhook.sent' && event.purpose === 'call' && !GOES_ON.includes(event.verdict)) {
      const { url, status, errorCode, failure } = event;
      documents.push({ url, status, errorCode, failure });
    }
    caller.see(event);
  };
  await control.follow(traceId, show, warnOfMissedEvents(screen)).finally(() => {
    endTyping();
    caller.leave();
  });
  await caller.done();
  if (documents.length === 0)
    screen.warn(`No webhook was sent: ${to} has no VoiceUrl and no TwiML app with one.`);
  const logged = (await control.calls(from)).find(({ sid }) => sid === callSid);
  const { state = 'unanswered', answeredAt = null, endedAt = null, heard = [], said = [] } = logged ?? {};
  const { hasFailedStrictly, ...result } = await showOutcome(context, sandbox, traceId);
  const report: CallReport = {
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
    ...result,
    hops,
  };
  const hasFailed = hasFailedStrictly || !(result.succeeded || caller.hasCancelled());
  return { report, hasFailed };
}

/** The verdicts after which the same webhook is requested again, elsewhere or with a password. */
const GOES_ON: readonly string[] = ['redirected', 'challenged'];
