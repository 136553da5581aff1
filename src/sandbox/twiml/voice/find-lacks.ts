// Finds what the sandbox lacks for a TwiML document that it did not ask for, such as a recorded one.
import { WebhookFailure } from '../../webhooks/failure.js';
import { readTwiml } from '../answer.js';
import { readVoiceScript } from './script.js';

/** Returns the names of what Twilio has and the sandbox lacks, each once: `<Connect>`. Empty for what is not TwiML of a call. */
export function findLacks(twiml: string): readonly string[] {
  try {
    const { lacks } = readVoiceScript(readTwiml({ body: twiml }), undefined);
    return [...new Set(lacks.map(({ name }) => name))];
  } catch (error) {
    if (error instanceof WebhookFailure) return [];
    throw error;
  }
}
