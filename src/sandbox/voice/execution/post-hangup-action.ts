// Asks an app for what it does when a call has ended: nobody is there any more to do what it answers.
import { fetchDocument } from './document.js';
import type { CallExecution, NextStep } from './execution.js';

/** Asks for the document that a step leads to, if it leads to one. */
export async function requestPostHangupAction(run: CallExecution, step: NextStep): Promise<void> {
  if (step !== undefined && typeof step !== 'string') await fetchDocument(run, step);
}
