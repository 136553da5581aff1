// Opens the browser page of a sandbox that this process serves.
import { dirname } from 'node:path';
import { findPackageFile } from '../../package-file.js';
import { obtainPageToken, removePageAddress, writePageAddress } from '../../page/server/address.js';
import { openPageFiles } from '../../page/server/files.js';
import { type OpenPage, openPage } from '../../page/server/open-page.js';
import { createSandboxSource, type SandboxSource } from '../../page/server/source.js';
import type { Sandbox } from '../../sandbox/sandbox.js';
import type { StateFolder } from '../../state/folder.js';
import type { CliPorts } from './ports.js';
import { createTraceStories } from './trace-story.js';

/** How many ports above the wanted one are tried. */
const SPARE_PORTS = 20;

/**
 * Opens the page, and says in the state folder where it is until it is closed.
 *
 * @param port the wanted port; 0 takes any free one
 * @throws RelayPhoneError `needsUser` if its files are missing
 */
export async function openSandboxPage(
  { now }: Pick<CliPorts, 'now'>,
  folder: StateFolder,
  sandbox: SandboxSource & Pick<Sandbox, 'authToken'>,
  port: number,
): Promise<OpenPage> {
  const page = await openPage({
    port,
    spare: SPARE_PORTS,
    token: obtainPageToken(folder),
    source: createSandboxSource(sandbox),
    files: openPageFiles(dirname(findPackageFile('dist/page/files.json'))),
    writeStory: createTraceStories(sandbox, [sandbox.authToken]),
    now,
  });
  writePageAddress(folder, page.port);
  return {
    ...page,
    close: async () => {
      removePageAddress(folder);
      await page.close();
    },
  };
}
