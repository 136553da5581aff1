// Whether the web page of a Relay checkout, its frontend, is built, and how to build it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Checkout } from './checkout.js';
import { LOCALES, LOCALES_COMMAND } from './needs.js';

/** The state of the frontend. Phones work without it. */
export interface FrontendState {
  readonly isBuilt: boolean;
  /** As a clause. */
  readonly what: string;
  /** How to build it, one command each, to run in the checkout; empty if it is built. */
  readonly tryNext: readonly string[];
}

/** Where the build puts the page, and where Relay serves it from. */
const OUT = join('frontend', 'out');

/** Looks whether the frontend is built. */
export function inspectFrontend({ path }: Checkout): FrontendState {
  if (existsSync(join(path, OUT, 'index.html')))
    return { isBuilt: true, what: `built in ${join(path, OUT)}`, tryNext: [] };
  const texts = existsSync(join(path, LOCALES, 'en')) ? [] : [LOCALES_COMMAND];
  return {
    isBuilt: false,
    what: 'not built, so Relay has no web page',
    tryNext: [...texts, 'npm ci', 'npm run build --workspace frontend'],
  };
}
