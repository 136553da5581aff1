// Every command, in the order of `--help`, with the module that runs it. That module is loaded when the command is called.
import { type RunnableCommand, runnable } from '../core/program.js';
import { call } from './call/command.js';
import { checkout } from './checkout/command.js';
import { checkoutPrepare } from './checkout/prepare/command.js';
import { checkoutStatus } from './checkout/status/command.js';
import { ci } from './ci/command.js';
import { doctor } from './doctor/command.js';
import { exec } from './exec/command.js';
import { init } from './init/command.js';
import { play } from './play/command.js';
import { replay } from './replay/command.js';
import { requests } from './requests/command.js';
import { requestsExport } from './requests/export/command.js';
import { sandbox } from './sandbox/command.js';
import { sandboxLeaks } from './sandbox/leaks/command.js';
import { sandboxPhones } from './sandbox/phones/command.js';
import { sendTest } from './send-test/command.js';
import { serve } from './serve/command.js';
import { smoke } from './smoke/command.js';
import { status } from './status/command.js';
import { text } from './text/command.js';
import { tunnel } from './tunnel/command.js';
import { undo } from './undo/command.js';

/** Every command; a group's commands stand together, and a subcommand after its parent. */
export const COMMANDS: readonly RunnableCommand[] = [
  runnable(init, () => import('./init/run.js')),
  { spec: checkout },
  runnable(checkoutPrepare, () => import('./checkout/prepare/run.js')),
  runnable(checkoutStatus, () => import('./checkout/status/run.js')),
  runnable(undo, () => import('./undo/run.js')),

  runnable(sandbox, () => import('./sandbox/run.js')),
  runnable(sandboxPhones, () => import('./sandbox/phones/run.js')),
  runnable(sandboxLeaks, () => import('./sandbox/leaks/run.js')),
  runnable(exec, () => import('./exec/run.js')),
  runnable(serve, () => import('./serve/run.js')),
  runnable(tunnel, () => import('./tunnel/run.js')),

  runnable(text, () => import('./text/run.js')),
  runnable(call, () => import('./call/run.js')),
  runnable(play, () => import('./play/run.js')),

  runnable(status, () => import('./status/run.js')),
  runnable(requests, () => import('./requests/run.js')),
  runnable(requestsExport, () => import('./requests/export/run.js')),
  runnable(replay, () => import('./replay/run.js')),

  runnable(doctor, () => import('./doctor/run.js')),
  runnable(sendTest, () => import('./send-test/run.js')),
  runnable(smoke, () => import('./smoke/run.js')),
  runnable(ci, () => import('./ci/run.js')),
];
