// `relay-phone sandbox phones`: shows the phones of the sandbox with their texts and calls.
import { ExitCode } from '../../../../errors.js';
import { joinSandbox } from '../../../../sandbox/instance/join.js';
import type { MediaLink } from '../../../../sandbox/messaging/text-gateway.js';
import type { PhonesReport } from '../../../../sandbox/report.js';
import { type CommandContext, openCommandContext, waitForLock } from '../../../core/command-context.js';
import type { CliPorts } from '../../../core/ports.js';
import type { Screen } from '../../../core/screen.js';
import type { SandboxPhonesFlags } from './command.js';

/** Shows every phone that has texted, been texted or been in a call, oldest texts and calls first. */
export async function run(ports: CliPorts, flags: SandboxPhonesFlags): Promise<number> {
  const context = await openCommandContext(ports, flags);
  const { screen } = context;
  const phones = await readPhones(context);
  if (phones.length === 0) screen.line('No phone has a text or call yet.');
  for (const phone of phones) showPhone(screen, phone);
  const report: PhonesReport = { command: 'sandbox phones', phones };
  screen.document(report);
  return ExitCode.done;
}

function showPhone(
  screen: Screen,
  { number, label, texts, sent, calls }: PhonesReport['phones'][number],
): void {
  screen.line(label === '' ? number : `${number}  ${label}`);
  const showText = (line: string, media: readonly MediaLink[]) => {
    screen.line(line);
    for (const { contentType, url } of media) screen.line(`        ${contentType}  ${url}`);
  };
  for (const { receivedAt, from, body, media } of texts) {
    showText(`    ${receivedAt}  from ${from}: ${body}`, media);
  }
  for (const { sentAt, to, body, media } of sent) showText(`    ${sentAt}  to ${to}: ${body}`, media);
  for (const { startedAt, direction, shown, state, heard, said } of calls) {
    screen.line(`    ${startedAt}  call ${direction === 'incoming' ? 'from' : 'to'} ${shown}: ${state}`);
    for (const { kind, content } of heard) screen.line(`        heard (${kind})  ${content}`);
    for (const { kind, content } of said) screen.line(`        said (${kind})  ${content}`);
  }
}

async function readPhones(context: CommandContext): Promise<PhonesReport['phones']> {
  const folder = context.state.find();
  if (!folder) return [];
  const sandbox = await joinSandbox(folder, waitForLock(context, 'sandbox phones'));
  try {
    const phones = await sandbox.control.phones();
    return await Promise.all(
      phones.map(async ({ number, label }) => ({
        number,
        label,
        texts: [...(await sandbox.control.texts(number))],
        sent: [...(await sandbox.control.sent(number))],
        calls: [...(await sandbox.control.calls(number))],
      })),
    );
  } finally {
    await sandbox.close();
  }
}
