// `relay-phone text`: sends a text from a sandbox phone, and shows what the text causes.
import { ExitCode, RelayPhoneError } from '../../../errors.js';
import type { ControlClient } from '../../../sandbox/control/client.js';
import type { JoinedSandbox } from '../../../sandbox/instance/join.js';
import type { SandboxEvent } from '../../../sandbox/platform/events/event.js';
import type { TextReport } from '../../../sandbox/report.js';
import { type CommandContext, openCommandContext } from '../../core/command-context.js';
import type { CliPorts } from '../../core/ports.js';
import { connectSandbox } from '../../core/sandbox.js';
import type { Screen } from '../../core/screen.js';
import { showEvent, warnOfMissedEvents } from '../sandbox/event-line.js';
import { showOutcome } from '../sandbox/outcome.js';
import type { TextFlags } from './command.js';
import { chooseNumbers } from './obvious-numbers.js';

/**
 * Sends one text; exit code 6 if nobody was reached and nobody answered, as the sentence at the end says, or if it met
 * something in a strict sandbox that this lacks.
 */
export async function run(ports: CliPorts, flags: TextFlags): Promise<number> {
  const context = await openCommandContext(ports, flags);
  const sandbox = await connectSandbox(context, 'text', 'send a text');
  ports.onInterrupt(sandbox.close);
  try {
    const { report, hasFailed } = await send(context, sandbox, flags);
    context.screen.document(report);
    return hasFailed ? ExitCode.fault : ExitCode.done;
  } finally {
    await sandbox.close();
  }
}

async function send(
  context: CommandContext,
  sandbox: JoinedSandbox,
  { media: mediaUrls = [], body: words, ...asked }: TextFlags,
): Promise<{ readonly report: TextReport; readonly hasFailed: boolean }> {
  const { screen } = context;
  const { control } = sandbox;
  const body = words.join(' ');
  if (body === '' && mediaUrls.length === 0) throw isEmpty();
  const { from, to } = await chooseNumbers(context, sandbox, { ...asked, use: 'text' });
  const progress = screen.progress('waiting for the app to answer');
  const outcome = await control.text({ from, to, body, mediaUrls }).finally(progress.end);
  const hops = await showHops(screen, control, outcome.traceId);
  const { messageSid, webhook, replies, automaticReply } = outcome;
  if (messageSid === null) {
    screen.warn(`${to} receives nothing: its messaging service has no inbound URL. No webhook was sent.`);
  } else if (!webhook) {
    screen.warn(`No webhook was sent: ${to} has no SmsUrl and no TwiML app with one.`);
  }
  const { hasFailedStrictly, ...result } = await showOutcome(context, sandbox, outcome.traceId);
  const sent = { from, to, messageSid, webhook, replies, automaticReply };
  return {
    report: { command: 'text', ...sent, ...result, hops },
    hasFailed: hasFailedStrictly || !result.succeeded,
  };
}

function isEmpty(): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: 'send a text',
    reason: 'it has no words and no picture',
    tryNext: ['relay-phone text Hello', 'relay-phone text --media https://example.com/cat.jpg'],
  });
}

/** Shows every event until nothing of the trace is in flight, and progress whenever the next event takes long. */
async function showHops(
  screen: Screen,
  control: ControlClient,
  traceId: string,
): Promise<TextReport['hops']> {
  const wait = () => screen.progress('waiting for a slow phone, a slow app, or a manual clock');
  const hops: TextReport['hops'] = [];
  let waiting = wait();
  const show = (event: SandboxEvent) => {
    waiting.end();
    hops.push({ ...event });
    showEvent(screen, event);
    waiting = wait();
  };
  await control.follow(traceId, show, warnOfMissedEvents(screen)).finally(() => waiting.end());
  return hops;
}
