// `relay-phone open`: opens the page that another command serves in the browser, or prints its address.
import { ExitCode, RelayPhoneError } from '../../../errors.js';
import { type AnnouncedPage, listPages, obtainPageAddress } from '../../../page/server/address.js';
import { findJoinable } from '../../../sandbox/instance/join.js';
import type { StateFolder } from '../../../state/folder.js';
import { type CommandContext, findTargetKind, openCommandContext } from '../../core/command-context.js';
import { openPageInBrowser } from '../../core/page-opener.js';
import type { CliPorts } from '../../core/ports.js';
import type { OpenFlags } from './command.js';
import type { OpenReport } from './report.js';

/** Opens the page; without a browser it prints the address. */
export async function run(ports: CliPorts, flags: OpenFlags): Promise<number> {
  const context = await openCommandContext(ports, flags);
  const { screen } = context;
  const folder = context.state.find();
  const page = folder && choosePage(context, listPages(folder), flags);
  if (!page) throw nothingServed(context);
  const path = flags.trace === undefined ? '/' : `/t/${await findTraceId(folder, flags.trace)}`;
  const address = await verifyAddress(folder, page, path);
  const outcome = flags.print ? undefined : await openPageInBrowser(ports, folder, address);
  const isOpened = outcome === 'opened';
  if (outcome === 'none') screen.warn('no browser could be started: open this address within a minute');
  if (outcome === 'ci') screen.warn('nothing is opened in CI');
  screen.line(isOpened ? `Opened ${page.origin}${path} in the browser.` : address);
  const { origin, mode } = page;
  const report: OpenReport = {
    command: 'open',
    page: origin,
    mode,
    isOpened,
    address: isOpened ? null : address,
  };
  screen.document(report);
  return ExitCode.done;
}

/** Chooses the page of the target that the settings name, else the one that shows more. Only a sandbox has traces. */
function choosePage(
  context: CommandContext,
  pages: readonly AnnouncedPage[],
  { trace }: OpenFlags,
): AnnouncedPage | undefined {
  const find = (wanted: string) => pages.find(({ mode }) => mode === wanted);
  if (trace !== undefined) return find('sandbox');
  return find(findTargetKind(context) ?? 'sandbox') ?? pages[0];
}

/** @throws RelayPhoneError `usage` if the sandbox does not know the trace */
async function findTraceId(folder: StateFolder, asked: string): Promise<string> {
  const sandbox = await findJoinable(folder);
  return sandbox ? (await sandbox.control.trace(asked)).traceId : asked;
}

async function verifyAddress(folder: StateFolder, page: AnnouncedPage, path: string): Promise<string> {
  const address = await obtainPageAddress(folder, page, path);
  if (address !== undefined) return address;
  throw new RelayPhoneError({
    kind: 'network',
    task: 'open the page',
    reason: `it does not answer at ${page.origin}`,
    tryNext: ['try again', 'end the command that serves it, and start it again'],
  });
}

function nothingServed({ state }: CommandContext): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: 'open the page',
    reason: `no command serves a page for ${state.path}`,
    tryNext: [
      'relay-phone sandbox, in another terminal',
      'relay-phone exec --page -- COMMAND',
      '--state-dir PATH of the sandbox, tunnel or serve',
    ],
  });
}
