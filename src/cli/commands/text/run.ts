// `relay-phone text`: acts as a phone of the sandbox, and shows what a text sets off.
import { ExitCode } from '../../../errors.js';
import type { ControlClient } from '../../../sandbox/control/client.js';
import { type JoinedSandbox, joinSandbox } from '../../../sandbox/instance/join.js';
import type { SandboxEvent } from '../../../sandbox/platform/events/event.js';
import type { TextReport } from '../../../sandbox/report.js';
import { type CommandContext, openCommandContext, waitForLock } from '../../core/command-context.js';
import type { CliPorts } from '../../core/ports.js';
import { verifySandboxFolder } from '../../core/sandbox.js';
import type { Screen } from '../../core/screen.js';
import { describeHop } from '../sandbox/event-line.js';
import type { TextFlags } from './command.js';

/** Sends one text; `fault` when the app was not told of it, or could not answer. */
export async function run(ports: CliPorts, flags: TextFlags): Promise<number> {
  const context = await openCommandContext(ports, flags);
  const sandbox = await joinSandbox(
    verifySandboxFolder(context, 'send a text'),
    waitForLock(context, 'text'),
  );
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
  { screen }: CommandContext,
  { control }: JoinedSandbox,
  { from, to, media: mediaUrls = [], body: words }: TextFlags,
): Promise<TextReport> {
  const body = words.join(' ');
  const progress = screen.progress('waiting for the app to answer');
  const outcome = await control.text({ from, to, body, mediaUrls }).finally(progress.end);
  const hops = await showHops(screen, control, outcome.traceId);
  const { messageSid, webhook, replies, automaticReply } = outcome;
  if (messageSid === null) {
    screen.warn(`${to} receives nothing: its messaging service has no inbound URL. Nobody was told.`);
  } else if (!webhook) {
    screen.warn(`Nobody was told: ${to} has no SmsUrl, and no TwiML app that has one.`);
  }
  return { command: 'text', from, to, messageSid, webhook, replies, automaticReply, hops };
}

/** Shows what happens until nothing is under way any more, and whenever that takes long, that it does. */
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
    screen.line(describeHop(event));
    waiting = wait();
  };
  await control.follow(traceId, show).finally(() => waiting.end());
  return hops;
}
