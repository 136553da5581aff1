// The numbers of the sandbox's account that a story is played with.
import { RelayPhoneError } from '../../../errors.js';
import type { StoryAccount } from '../../../scenarios/ports.js';
import { findOwned } from '../../../setup/purchase.js';
import type { Setup } from '../../../setup/setup.js';
import { explaining } from '../../../twilio/failure.js';

/** @param findApp gives the app's origin, for what leads to a path of it */
export function createStoryAccount(setup: Setup, findApp: () => string): StoryAccount {
  const { account } = setup.client;
  // An http URL stays as it is.
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
      const leading = { ...(sms && { smsUrl: sms }), ...(voice && { voiceUrl: voice }) };
      const purchase = account.incomingPhoneNumbers.create({ phoneNumber, ...leading });
      await explaining(`buy ${phoneNumber}`, purchase);
      return phoneNumber;
    },
    giveUp: async (number) => {
      const owned = await findOwned(setup, number);
      if (owned) await explaining(`give up ${number}`, account.incomingPhoneNumbers(owned.sid).remove());
    },
  };
}

function noOffer(): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: 'buy a number for the story',
    reason: 'the sandbox has none left',
    tryNext: ['--state-dir PATH of a new one'],
  });
}
