// Runs once before all tests: has what they need from outside, which tests that lack it say in their reason to be skipped.
import { makeAuthority } from './authority.js';
import { fetchDocuments } from './openapi/fetch.js';
import { findRealCheckout, NO_CHECKOUT } from './real-checkout.js';

/** Vitest's hook. */
export default async function setup(): Promise<void> {
  await makeAuthority();
  try {
    await fetchDocuments();
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).trim();
    process.stderr.write(`\nNo answer is checked against Twilio's OpenAPI documents: ${reason}\n\n`);
  }
  // Somebody who names one does not want its proof to be skipped.
  if (process.env.RELAY_CHECKOUT && findRealCheckout() === undefined) throw new Error(NO_CHECKOUT);
}
