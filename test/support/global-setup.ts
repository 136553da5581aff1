// Runs once before all tests: has what the proof of fidelity needs, or says aloud what is not proved without it.
import { fetchDocuments } from './openapi/fetch.js';

/** Vitest's hook. */
export default async function setup(): Promise<void> {
  try {
    await fetchDocuments();
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).trim();
    process.stderr.write(
      `\nSKIPPED: no answer is checked against Twilio's OpenAPI documents, for they could not be had: ${reason}\n\n`,
    );
  }
}
