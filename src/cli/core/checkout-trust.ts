// Asks once before the Python of a checkout is run, and remembers the answer in the user's configuration folder.
import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import * as z from 'zod';
import type { Checkout, CheckoutContext, Python } from '../../firefox-relay/checkout.js';
import { openUserRecords } from '../../user-records.js';
import type { CliPorts } from './ports.js';
import { findPrompts } from './prompts.js';

/** Agrees like `--trust-checkout`. It counts only in the process environment. */
const TRUST_VARIABLE = 'RELAY_PHONE_TRUST_CHECKOUT';

/** A record about a checkout whose Python the user let run; its name is a digest of the checkout's path. */
const recordSchema = z.object({
  checkout: z.string(),
  /** The path of the Python, and the program that it leads to. */
  python: z.string(),
  program: z.string(),
});

/** Whether the Python of a checkout may be run. */
export interface CheckoutTrust {
  /** Returns the fault of a Python that the user has not agreed to; asks on a terminal. Undefined once the user agreed. */
  readonly findDistrust: CheckoutContext['findDistrust'];
  /** Remembers that the user agreed. */
  remember(checkout: Checkout, python: Python): void;
}

/** How the user may agree. */
export interface TrustFlags {
  readonly trustCheckout?: boolean;
  /** Agrees to what a command does, but not to this. */
  readonly yes?: boolean;
}

/** The answers of this run, by the path of the Python: a question is asked once, also where nothing can be remembered. */
const answers = new Map<string, boolean>();

/** @param command for advice, such as `checkout status` */
export function createCheckoutTrust(ports: CliPorts, flags: TrustFlags, command: string): CheckoutTrust {
  const records = openUserRecords(ports.environment, 'checkouts');

  function remember(checkout: Checkout, python: Python): void {
    const path = realpathSync(checkout.path);
    const record = { checkout: path, python: python.path, program: realpathSync(python.path) };
    records.save(digest(path), record satisfies z.infer<typeof recordSchema>);
  }

  function isRemembered(checkout: Checkout, python: Python): boolean {
    const path = realpathSync(checkout.path);
    const { data } = recordSchema.safeParse(records.find(digest(path)));
    return (
      data?.checkout === path && data.python === python.path && data.program === realpathSync(python.path)
    );
  }

  async function isAgreed(checkout: Checkout, python: Python): Promise<boolean> {
    if (flags.trustCheckout || ports.environment[TRUST_VARIABLE] === '1') return true;
    const earlier = answers.get(python.path);
    const prompts = findPrompts(ports, flags.yes);
    if (earlier !== undefined || !prompts) return earlier ?? false;
    const question = `${python.path} will run Python code of ${checkout.path}, with your rights. Do you trust this checkout?`;
    const answer = await prompts.confirm(question);
    answers.set(python.path, answer);
    return answer;
  }

  return {
    remember,
    findDistrust: async (checkout, python) => {
      if (isRemembered(checkout, python)) return undefined;
      if (await isAgreed(checkout, python)) {
        remember(checkout, python);
        return undefined;
      }
      return {
        need: 'python',
        reason: `${python.path} would run code of this checkout, ${
          answers.get(python.path) === false ? 'which you declined' : 'and you have not agreed to that yet'
        }`,
        tryNext: [
          `relay-phone ${command} --trust-checkout, if you trust this checkout (once)`,
          `${TRUST_VARIABLE}=1 in the environment of a CI job`,
        ],
      };
    },
  };
}

/** Forgets that the user trusts a checkout. @returns the path of the removed record, if there is one */
export function forgetCheckout(environment: CliPorts['environment'], checkout: Checkout): readonly string[] {
  const removed = openUserRecords(environment, 'checkouts').remove(digest(realpathSync(checkout.path)));
  return removed === undefined ? [] : [removed];
}

function digest(path: string): string {
  return createHash('sha256').update(path).digest('hex');
}
