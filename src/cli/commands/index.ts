// Every command, in the order of `--help`, with the module that runs it. That module is loaded when the command is called.
import { type RunnableCommand, runnable } from '../core/program.js';
import { callCommand } from './call/command.js';
import { callEndCommand } from './call/end/command.js';
import { checkoutCommand } from './checkout/command.js';
import { checkoutLoginCommand } from './checkout/login/command.js';
import { checkoutPrepareCommand } from './checkout/prepare/command.js';
import { checkoutStatusCommand } from './checkout/status/command.js';
import { ciCommand } from './ci/command.js';
import { completionCommand } from './completion/command.js';
import { conformanceCommand } from './conformance/command.js';
import { docsCommand } from './docs/command.js';
import { doctorCommand } from './doctor/command.js';
import { execCommand } from './exec/command.js';
import { initCommand } from './init/command.js';
import { numbersCommand } from './numbers/command.js';
import { numbersReleaseCommand } from './numbers/release/command.js';
import { openCommand } from './open/command.js';
import { phoneCommand } from './phone/command.js';
import { playCommand } from './play/command.js';
import { replayCommand } from './replay/command.js';
import { requestsClearCommand } from './requests/clear/command.js';
import { requestsCommand } from './requests/command.js';
import { requestsExportCommand } from './requests/export/command.js';
import { sandboxCommand } from './sandbox/command.js';
import { sandboxLeaksCommand } from './sandbox/leaks/command.js';
import { sandboxPhonesCommand } from './sandbox/phones/command.js';
import { sandboxTracesCommand } from './sandbox/traces/command.js';
import { sendTestCommand } from './send-test/command.js';
import { serveCommand } from './serve/command.js';
import { smokeCommand } from './smoke/command.js';
import { statusCommand } from './status/command.js';
import { textCommand } from './text/command.js';
import { tunnelCommand } from './tunnel/command.js';
import { undoCommand } from './undo/command.js';

/** Every command; a group's commands stand together, and a subcommand after its parent. */
export const COMMANDS: readonly RunnableCommand[] = [
  runnable(initCommand, () => import('./init/run.js')),
  { spec: checkoutCommand },
  runnable(checkoutPrepareCommand, () => import('./checkout/prepare/run.js')),
  runnable(checkoutLoginCommand, () => import('./checkout/login/run.js')),
  runnable(checkoutStatusCommand, () => import('./checkout/status/run.js')),
  runnable(undoCommand, () => import('./undo/run.js')),
  runnable(completionCommand, async () => {
    const { createCompletion } = await import('./completion/run.js');
    return { run: createCompletion(COMMANDS.map(({ spec }) => spec)) };
  }),
  runnable(docsCommand, () => import('./docs/run.js')),

  runnable(sandboxCommand, () => import('./sandbox/run.js')),
  runnable(sandboxPhonesCommand, () => import('./sandbox/phones/run.js')),
  runnable(sandboxTracesCommand, () => import('./sandbox/traces/run.js')),
  runnable(sandboxLeaksCommand, () => import('./sandbox/leaks/run.js')),
  runnable(execCommand, () => import('./exec/run.js')),
  runnable(serveCommand, () => import('./serve/run.js')),
  runnable(tunnelCommand, () => import('./tunnel/run.js')),

  runnable(phoneCommand, () => import('./phone/run.js')),
  runnable(textCommand, () => import('./text/run.js')),
  runnable(callCommand, () => import('./call/run.js')),
  runnable(callEndCommand, () => import('./call/end/run.js')),
  runnable(playCommand, () => import('./play/run.js')),

  runnable(openCommand, () => import('./open/run.js')),
  runnable(statusCommand, () => import('./status/run.js')),
  runnable(numbersCommand, () => import('./numbers/run.js')),
  runnable(numbersReleaseCommand, () => import('./numbers/release/run.js')),
  runnable(requestsCommand, () => import('./requests/run.js')),
  runnable(requestsExportCommand, () => import('./requests/export/run.js')),
  runnable(requestsClearCommand, () => import('./requests/clear/run.js')),
  runnable(replayCommand, () => import('./replay/run.js')),

  runnable(doctorCommand, () => import('./doctor/run.js')),
  runnable(sendTestCommand, () => import('./send-test/run.js')),
  runnable(smokeCommand, () => import('./smoke/run.js')),
  runnable(conformanceCommand, () => import('./conformance/run.js')),
  runnable(ciCommand, () => import('./ci/run.js')),
];
