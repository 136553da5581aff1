// The account and the app as a story uses them: numbers of the sandbox's account, and the app's user API.
import { RelayPhoneError } from '../../../errors.js';
import type { RelayApi } from '../../../firefox-relay/relay-api.js';
import type { StoryAccount, StoryApp } from '../../../scenarios/ports.js';
import { findOwned } from '../../../setup/purchase.js';
import { required, type Setup } from '../../../setup/setup.js';
import { explaining } from '../../../twilio/failure.js';
import type { CommandContext } from '../../core/command-context.js';
import { findAppAccess, openRelayApi } from '../send-test/app-access.js';
import { checkPhone } from '../send-test/phone-check.js';

/** Creates a story's view of the account's numbers. @param findApp returns the app's origin, for webhook paths */
export function createStoryAccount(setup: Setup, findApp: () => string): StoryAccount {
  const { account } = setup.client;
  // A complete URL stays as it is.
  const locate = (url: string | undefined) => url && new URL(url, findApp()).href;
  return {
    listOwned: async () =>
      (await explaining('list the numbers', account.incomingPhoneNumbers.list())).map(
        ({ phoneNumber }) => phoneNumber,
      ),
    buy: async ({ texts, calls }) => {
      const search = account.availablePhoneNumbers('US').local.list({ limit: 1 });
      const [offer] = await explaining('find a number', search);
      if (!offer) throw noOffer();
      const { phoneNumber } = offer;
      const [sms, voice] = [locate(texts), locate(calls)];
      const webhooks = { ...(sms && { smsUrl: sms }), ...(voice && { voiceUrl: voice }) };
      const purchase = account.incomingPhoneNumbers.create({ phoneNumber, ...webhooks });
      await explaining(`buy ${phoneNumber}`, purchase);
      return phoneNumber;
    },
    release: async (number) => {
      const owned = await findOwned(setup, number);
      if (owned) await explaining(`release ${number}`, account.incomingPhoneNumbers(owned.sid).remove());
    },
  };
}

function noOffer(): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: 'buy a number for the story',
    reason: 'the sandbox has no numbers left',
    tryNext: ['--state-dir PATH, for a new sandbox'],
  });
}

/**
 * Creates a story's view of the app. The app's user API is opened when the story first needs it.
 *
 * @param named the app's origin. Default: as {@link findAppAccess} finds it
 */
export function createStoryApp(context: CommandContext, setup: Setup, named: string | undefined): StoryApp {
  let opening: Promise<RelayApi> | undefined;
  const open = () => {
    opening ??= findAppAccess(context, named).then((access) => openRelayApi(context, setup, access));
    return opening;
  };
  return {
    findOwner: async () => (await open()).findVerifiedPhone(),
    takeMask: async (owner) => {
      const api = await open();
      const isOwner = (await api.findVerifiedPhone()) === owner;
      const [mask] = isOwner ? await api.listMasks() : [];
      return mask ?? takeNewMask(setup, api, owner);
    },
    block: async (contact, isBlocked) => (await open()).block(contact, isBlocked),
  };
}

async function takeNewMask(setup: Setup, api: RelayApi, number: string): Promise<string> {
  const { mask, error } = await checkPhone(setup, api, { number, verify: true, mask: true, code: undefined });
  if (error) throw error;
  return required(mask).phoneNumber;
}
