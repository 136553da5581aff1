// Points Twilio at the public base while a tunnel is open, and undoes that at its end.
import type { AllowedWebhook } from '../../../gateway/forwarding/allowlist.js';
import type { WebhookAccount } from '../../../gateway/signature/account-urls.js';
import type { ConfiguredUrl } from '../../../gateway/signature/configured-urls.js';
import { listSameOrigins } from '../../../origin.js';
import { runSetup, undoChanges } from '../../../setup/run.js';
import type { Setup } from '../../../setup/setup.js';
import { publicHostStep } from '../../../setup/steps/env-file.js';
import { pointAppStep } from '../../../setup/steps/twiml-app.js';
import { fieldsOf, findApp, findPathUnder } from '../../../setup/webhooks.js';
import type { StateFolder } from '../../../state/folder.js';
import { acquireLock, type LockOptions } from '../../../state/lock.js';
import { explaining } from '../../../twilio/failure.js';

const STEPS = [pointAppStep, publicHostStep] as const;

/** The settings at Twilio and in `.env` that belong to a tunnel. */
export interface TunnelAccount extends WebhookAccount {
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
  let urls: readonly ConfiguredUrl[] = [];
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

  async function readUrls(): Promise<void> {
    const { publicBase } = setup.facts;
    urls = await listWebhookUrls(setup);
    webhooks = publicBase === undefined ? [] : listWebhooks(urls, publicBase);
  }

  return {
    sid: setup.client.accountSid,
    urls: () => urls,
    readUrls,
    restore: () => locked(() => undoChanges(setup, STEPS, ({ temporary }) => temporary === true)),
    point: (publicBase) =>
      locked(async () => {
        setup.facts.publicBase = publicBase;
        setup.facts.ownOrigins = ownOrigins;
        await runSetup<string>(setup, STEPS);
        ownOrigins.push(publicBase);
        await readUrls();
      }),
    webhooks: () => webhooks,
  };
}

/** Lists the URLs that the TwiML app and the account's numbers hold. */
async function listWebhookUrls(setup: Setup): Promise<ConfiguredUrl[]> {
  const { sid } = setup.facts.app ?? {};
  const [app, numbers] = await Promise.all([
    sid === undefined ? undefined : findApp(setup, sid),
    explaining(
      "list the account's numbers",
      setup.client.account.incomingPhoneNumbers.list({ pageSize: PAGE_SIZE }),
    ),
  ]);
  return [
    ...(app ? listUrls({ ...fieldsOf(app), ...pickFallbacks(app) }, `the TwiML app ${app.sid}`) : []),
    ...numbers.flatMap((number) => {
      const { smsUrl, voiceUrl, statusCallback } = number;
      return listUrls({ smsUrl, voiceUrl, statusCallback, ...pickFallbacks(number) }, number.phoneNumber);
    }),
  ];
}

/** The largest page that Twilio serves: an account may own thousands of numbers. */
const PAGE_SIZE = 1000;

type Fallbacks = { readonly smsFallbackUrl: string; readonly voiceFallbackUrl: string };

function pickFallbacks({ smsFallbackUrl, voiceFallbackUrl }: Fallbacks): Fallbacks {
  return { smsFallbackUrl, voiceFallbackUrl };
}

/** Lists the fields that hold a URL; the others of an app hold methods, or nothing (null at Twilio). */
function listUrls(fields: Readonly<Record<string, string | null>>, owner: string): ConfiguredUrl[] {
  return Object.entries(fields).flatMap(([name, url]) =>
    url !== null && URL.canParse(url) ? [{ url, holder: `${name} of ${owner}` }] : [],
  );
}

/** Returns those under the public base, each path once. */
function listWebhooks(urls: readonly ConfiguredUrl[], publicBase: string): AllowedWebhook[] {
  const paths = urls.flatMap(({ url }) => (findPathUnder(publicBase, url) ? [new URL(url).pathname] : []));
  return [...new Set(paths)].map((path) => ({ path, kind: path.split('/').findLast(Boolean) ?? path }));
}
