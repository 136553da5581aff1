// Builds the rooms that a bench drives by themselves: the package has them only as parts of its commands.
import { join } from 'node:path';
import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '..');

/** Builds the relay, the gateway and the server of the page into bench/.built/. */
export async function buildRooms() {
  await build({
    absWorkingDir: ROOT,
    entryPoints: [
      'relay/create',
      'gateway/gateway',
      'twilio/client',
      'http/listen',
      'page/server/files',
      'page/server/open-page',
      'page/server/source',
    ].map((name) => `src/${name}.ts`),
    outbase: 'src',
    outdir: 'bench/.built',
    bundle: true,
    splitting: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
  });
}
