// Something of Twilio that the sandbox lacks, and the sentence that says so.

/** Something of Twilio that was asked for and that the sandbox lacks. */
export interface Unsupported {
  /** A whole API, one operation of an API that is there otherwise, or a parameter or the form of a value in a request. */
  readonly what: 'api' | 'operation' | 'parameter' | 'verb' | 'noun' | 'attribute';
  /** As Twilio names it: `Conversations`, `POST Calls/Streams`, `Record of POST Calls`, `<Connect>`. */
  readonly name: string;
  /** The host that has it at Twilio; null for TwiML. */
  readonly host: string | null;
}

/** Returns what is missing as a clause: `not in the sandbox: Conversations (conversations.twilio.com)`. */
export function describeUnsupported({ name, host }: Pick<Unsupported, 'name' | 'host'>): string {
  return `not in the sandbox: ${name}${host === null ? '' : ` (${host})`}`;
}
