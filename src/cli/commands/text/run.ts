// `relay-phone text`: sends a text from a sandbox phone, and shows what the text causes.
import { ExitCode } from '../../../errors.js';
import type { ControlClient } from '../../../sandbox/control/client.js';
import type { JoinedSandbox } from '../../../sandbox/instance/join.js';
import type { SandboxEvent } from '../../../sandbox/platform/events/event.js';
import type { TextReport } from '../../../sandbox/report.js';
import { type CommandContext, openCommandContext } from '../../core/command-context.js';
import type { CliPorts } from '../../core/ports.js';
import { connectSandbox } from '../../core/sandbox.js';
import type { Screen } from '../../core/screen.js';
import { describeEvent, warnOfMissedEvents } from '../sandbox/event-line.js';
import { showOutcome } from '../sandbox/outcome.js';
import type { TextFlags } from './command.js';

/** Sends one text; exit code 6 if no webhook was sent or the app did not answer it. */
export async function run(ports: CliPorts, flags: TextFlags): Promise<number> {
  const context = await openCommandContext(ports, flags);
  const sandbox = await connectSandbox(context, 'text', 'send a text');
  ports.onInterrupt(sandbox.close);
  try {
    const report = await send(context, sandbox, flags);
    context.screen.document(report);
    return report.webhook?.errorCode === null ? ExitCode.done : ExitCode.fault;
  } finally {
    await sandbox.close();
  }
}

async function send(
  context: CommandContext,
  { control }: JoinedSandbox,
  { from, to, media: mediaUrls = [], body: words }: TextFlags,
): Promise<TextReport> {
  const { screen } = context;
  const body = words.join(' ');
  const progress = screen.progress('waiting for the app to answer');
  const outcome = await control.text({ from, to, body, mediaUrls }).finally(progress.end);
  const hops = await showHops(screen, control, outcome.traceId);
  const { messageSid, webhook, replies, automaticReply } = outcome;
  if (messageSid === null) {
    screen.warn(`${to} receives nothing: its messaging service has no inbound URL. No webhook was sent.`);
  } else if (!webhook) {
    screen.warn(`No webhook was sent: ${to} has no SmsUrl and no TwiML app with one.`);
  }
  const sentence = await showOutcome(context, control, outcome.traceId);
  return { command: 'text', from, to, messageSid, webhook, replies, automaticReply, sentence, hops };
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
    screen.line(describeEvent(event));
    waiting = wait();
  };
  await control.follow(traceId, show, warnOfMissedEvents(screen)).finally(() => waiting.end());
  return hops;
}
