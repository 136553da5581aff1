// Runs once before all tests: has what the proof of fidelity needs, or says aloud what is not proved without it.
import { makeAuthority } from './authority.js';
import { findPython, NO_DJANGO, NO_PYTHON } from './find-python.js';
import { fetchDocuments } from './openapi/fetch.js';
import { findRealCheckout, NO_CHECKOUT } from './real-checkout.js';

/** Vitest's hook. */
export default async function setup(): Promise<void> {
  await makeAuthority();
  try {
    await fetchDocuments();
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).trim();
    say(`no answer is checked against Twilio's OpenAPI documents, for they could not be had: ${reason}`);
  }
  if (findPython() === undefined) say(`nothing is tried with Twilio's Python SDK, for ${NO_PYTHON}`);
  if (findPython('django', 'pytest') === undefined) say(`test/example-pytest is not run, for ${NO_DJANGO}`);
  if (findRealCheckout() !== undefined) return;
  // Whoever names one does not want to hear of a proof that was left out.
  if (process.env.RELAY_CHECKOUT) throw new Error(NO_CHECKOUT);
  say(`the real Firefox Relay is not tried, for ${NO_CHECKOUT}`);
}

function say(what: string): void {
  process.stderr.write(`\nSKIPPED: ${what}\n\n`);
}
