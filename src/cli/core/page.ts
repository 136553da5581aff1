// Serves the browser page for a command: of a sandbox, or of the webhooks of a live account.
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isLoopback } from '../../origin.js';
import { findPackageFile } from '../../package-file.js';
import { announcePage, forgetPageToken, obtainPageToken, type PageHost } from '../../page/server/address.js';
import { openPageFiles } from '../../page/server/files.js';
import { createGatewaySource, type GatewaySourceOptions } from '../../page/server/gateway-source.js';
import { type OpenPage, openPage, type PageOptions } from '../../page/server/open-page.js';
import { createSandboxSource, type SandboxSource } from '../../page/server/source.js';
import type { Sandbox } from '../../sandbox/sandbox.js';
import type { StateFolder } from '../../state/folder.js';
import { OPENER_FILE } from './page-opener.js';
import type { CliPorts } from './ports.js';
import { createTraceStories } from './trace-story.js';

/** How many ports above the wanted one are tried. */
const SPARE_PORTS = 20;

/** What a page shows. */
export type PageSubject =
  | { readonly kind: 'sandbox'; readonly sandbox: SandboxSource & Pick<Sandbox, 'authToken'> }
  | { readonly kind: 'live'; readonly account: Omit<GatewaySourceOptions, 'folder' | 'now'> };

/** Who serves a page, and where. */
export interface PageServing {
  readonly host: PageHost;
  readonly subject: PageSubject;
  /** The wanted port; 0 takes any free one. */
  readonly port: number;
  /** The address to listen on. Default `127.0.0.1`. */
  readonly address?: string | undefined;
}

/**
 * Serves the page, and says in the state folder where it is until it is closed.
 *
 * @throws RelayPhoneError `needsUser` if its files are missing, or another process serves the page of the same command
 */
export async function openCommandPage(
  { now }: Pick<CliPorts, 'now'>,
  folder: StateFolder,
  { host, subject, port, address }: PageServing,
): Promise<OpenPage> {
  const { source, writeStory } = findSource(subject, folder, now);
  if (address !== undefined && !isLoopback(address)) forgetPageToken(folder);
  const page = await openPage({
    host: address,
    port,
    spare: SPARE_PORTS,
    token: obtainPageToken(folder),
    source,
    files: openPageFiles(join(dirname(findPackageFile('package.json')), 'dist/page')),
    ...(writeStory && { writeStory }),
    now,
  });
  const announced = { origin: page.origin, mode: subject.kind };
  const withdraw = await announcePage(folder, host, announced).catch(async (error: unknown) => {
    await page.close();
    throw error;
  });
  return {
    ...page,
    close: async () => {
      withdraw();
      rmSync(folder.file(OPENER_FILE), { force: true });
      await page.close();
    },
  };
}

function findSource(
  subject: PageSubject,
  folder: StateFolder,
  now: () => number,
): Pick<PageOptions, 'source' | 'writeStory'> {
  if (subject.kind === 'live') return { source: createGatewaySource({ ...subject.account, folder, now }) };
  const { sandbox } = subject;
  return {
    source: createSandboxSource(sandbox),
    writeStory: createTraceStories(sandbox, [sandbox.authToken]),
  };
}
