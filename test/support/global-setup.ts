// Runs once before all tests: creates or fetches what they need; a test that lacks something is skipped with a reason.
import { existsSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { build } from 'esbuild';
import { makeAuthority } from './authority.js';
import { CONFIGURATION_FOLDER } from './configuration-folder.js';
import { fetchDocuments } from './openapi/fetch.js';
import { findRealCheckout, NO_CHECKOUT } from './real-checkout.js';

const ROOT = resolve(import.meta.dirname, '../..');

/** Called by Vitest. @returns what it calls at the end */
export default async function setup(): Promise<() => void> {
  await makeAuthority();
  await buildNgrokChild();
  try {
    await fetchDocuments();
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).trim();
    process.stderr.write(`\nNo answer is checked against Twilio's OpenAPI documents: ${reason}\n\n`);
  }
  // With RELAY_CHECKOUT set, its tests must not be skipped.
  if (process.env.RELAY_CHECKOUT && findRealCheckout() === undefined) throw new Error(NO_CHECKOUT);
  const { XDG_CONFIG_HOME } = process.env;
  return () => {
    if (XDG_CONFIG_HOME?.startsWith(CONFIGURATION_FOLDER))
      rmSync(XDG_CONFIG_HOME, { recursive: true, force: true });
  };
}

/** Builds the child process of the tunnel, the only part of the build that the unit tests need. */
async function buildNgrokChild(): Promise<void> {
  const outfile = resolve(ROOT, 'dist/ngrok-child.cjs');
  if (existsSync(outfile)) return;
  const entryPoints = [resolve(ROOT, 'src/tunnel/ngrok/child.ts')];
  const external = ['@ngrok/ngrok'];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'cjs', external });
}
