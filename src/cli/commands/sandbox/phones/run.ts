// `relay-phone sandbox phones`: shows the phones of the sandbox with their texts and calls.
import { ExitCode } from '../../../../errors.js';
import { joinSandbox } from '../../../../sandbox/instance/join.js';
import type { PhonesReport } from '../../../../sandbox/report.js';
import { type CommandContext, openCommandContext, waitForLock } from '../../../core/command-context.js';
import type { CliPorts } from '../../../core/ports.js';
import type { SandboxPhonesFlags } from './command.js';

/** Shows every phone with a text or call, oldest text and call first. */
export async function run(ports: CliPorts, flags: SandboxPhonesFlags): Promise<number> {
  const context = await openCommandContext(ports, flags);
  const { screen } = context;
  const phones = await readPhones(context);
  if (phones.length === 0) screen.line('No phone has a text or call yet.');
  for (const { number, texts, calls } of phones) {
    screen.line(number);
    for (const text of texts) {
      screen.line(`    ${text.receivedAt}  from ${text.from}: ${text.body}`);
      for (const { contentType, url } of text.media) screen.line(`        ${contentType}  ${url}`);
    }
    for (const { startedAt, direction, shown, state, heard } of calls) {
      screen.line(`    ${startedAt}  call ${direction === 'incoming' ? 'from' : 'to'} ${shown}: ${state}`);
      for (const { kind, content } of heard) screen.line(`        heard (${kind})  ${content}`);
    }
  }
  const report: PhonesReport = { command: 'sandbox phones', phones };
  screen.document(report);
  return ExitCode.done;
}

async function readPhones(context: CommandContext): Promise<PhonesReport['phones']> {
  const folder = context.state.find();
  if (!folder) return [];
  const sandbox = await joinSandbox(folder, waitForLock(context, 'sandbox phones'));
  try {
    const phones = await sandbox.control.phones();
    return await Promise.all(
      phones.map(async ({ number }) => ({
        number,
        texts: [...(await sandbox.control.texts(number))],
        calls: [...(await sandbox.control.calls(number))],
      })),
    );
  } finally {
    await sandbox.close();
  }
}
