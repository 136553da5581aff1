// Points Twilio at the public base while a tunnel is open, and undoes that at its end.
import type { AllowedWebhook } from '../../../gateway/forwarding/allowlist.js';
import { listSameOrigins } from '../../../origin.js';
import { runSetup, undoChanges } from '../../../setup/run.js';
import type { Setup } from '../../../setup/setup.js';
import { publicHostStep } from '../../../setup/steps/env-file.js';
import { pointAppStep } from '../../../setup/steps/twiml-app.js';
import { FIELD_NAMES, findPathUnder } from '../../../setup/webhooks.js';
import type { StateFolder } from '../../../state/folder.js';
import { acquireLock, type LockOptions } from '../../../state/lock.js';
import { explaining } from '../../../twilio/failure.js';

const STEPS = [pointAppStep, publicHostStep] as const;

/** The settings at Twilio and in `.env` that belong to a tunnel. */
export interface TunnelAccount {
  /** Undoes what an earlier run left behind, so that a dead address is never taken for the old value. */
  restore(): Promise<void>;
  /**
   * Points the TwiML app and `.env` at a public base. A public base of this run is replaced without asking.
   *
   * @throws RelayPhoneError `needsUser` if another app uses the TwiML app and the user did not agree.
   */
  point(publicBase: string): Promise<void>;
  /**
   * Returns the paths under the public base that the TwiML app and the account's numbers use; empty before `point`. Twilio
   * learns other paths from the app.
   */
  webhooks(): readonly AllowedWebhook[];
}

/** Creates the settings of a tunnel; nothing is changed yet. @param app the app's own origin */
export function createTunnelAccount(
  setup: Setup,
  app: string,
  folder: StateFolder,
  waiting: LockOptions,
): TunnelAccount {
  let webhooks: readonly AllowedWebhook[] = [];
  const ownOrigins = listSameOrigins(app);

  /** Only one process at a time makes changes. */
  async function locked(work: () => Promise<unknown>): Promise<void> {
    const lock = await acquireLock(folder, 'setup', waiting);
    try {
      await work();
    } finally {
      lock.release();
    }
  }

  return {
    restore: () => locked(() => undoChanges(setup, STEPS, ({ temporary }) => temporary === true)),
    point: (publicBase) =>
      locked(async () => {
        setup.facts.publicBase = publicBase;
        setup.facts.ownOrigins = ownOrigins;
        await runSetup<string>(setup, STEPS);
        ownOrigins.push(publicBase);
        webhooks = await listWebhooks(setup, publicBase);
      }),
    webhooks: () => webhooks,
  };
}

/** The webhooks of the TwiML app, and of numbers with URLs of their own. */
async function listWebhooks(setup: Setup, publicBase: string): Promise<AllowedWebhook[]> {
  const { incomingPhoneNumbers } = setup.client.account;
  const numbers = await explaining("list the account's numbers", incomingPhoneNumbers.list());
  const named = numbers.flatMap(({ smsUrl, voiceUrl, statusCallback }) => [smsUrl, voiceUrl, statusCallback]);
  const fields = setup.facts.app?.fields;
  const urls = [...FIELD_NAMES.map((name) => fields?.[name] ?? ''), ...named];
  const paths = urls.flatMap((url) => (findPathUnder(publicBase, url ?? '') ? [new URL(url).pathname] : []));
  return [...new Set(paths)].map((path) => ({ path, kind: path.split('/').findLast(Boolean) ?? path }));
}
