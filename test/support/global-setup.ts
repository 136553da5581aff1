// Runs once before all tests: has what they need from outside, which tests that lack it say in their reason to be skipped.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { build } from 'esbuild';
import { makeAuthority } from './authority.js';
import { fetchDocuments } from './openapi/fetch.js';
import { findRealCheckout, NO_CHECKOUT } from './real-checkout.js';

const ROOT = resolve(import.meta.dirname, '../..');

/** Vitest's hook. */
export default async function setup(): Promise<void> {
  await makeAuthority();
  await buildNgrokChild();
  try {
    await fetchDocuments();
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).trim();
    process.stderr.write(`\nNo answer is checked against Twilio's OpenAPI documents: ${reason}\n\n`);
  }
  // Somebody who names one does not want its proof to be skipped.
  if (process.env.RELAY_CHECKOUT && findRealCheckout() === undefined) throw new Error(NO_CHECKOUT);
}

/** The program that holds the tunnel is one of the build; the tests beside the code need no other part of that. */
async function buildNgrokChild(): Promise<void> {
  const outfile = resolve(ROOT, 'dist/ngrok-child.js');
  if (existsSync(outfile)) return;
  const entryPoints = [resolve(ROOT, 'src/tunnel/ngrok/child.ts')];
  const external = ['@ngrok/ngrok'];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', external });
}
