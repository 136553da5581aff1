// Checks the main number: the account owns it, it has the needed capabilities, and US carriers deliver its texts.
import { TOLL_FREE } from '../../../setup/price.js';
import { CONSOLE_PAGES } from '../../../twilio/console-pages.js';
import { explaining } from '../../../twilio/failure.js';
import { type CheckFinding, found, nothingToCheck, pass, passUnless } from '../../check.js';
import type { AccountView } from '../account-view.js';
import { createDoctorCheck } from '../doctor-context.js';

type Id = 'main-number-not-owned' | 'main-number-cannot-text' | 'main-number-no-pictures';

/** Checks that the account owns the main number, and what it can send. */
export const mainNumberCheck = createDoctorCheck<Id>({
  id: 'main-number',
  group: 'main number',
  expects: 'the account owns the main number, which can send texts and pictures',
  needs: ['account'],
  findings: {
    'main-number-not-owned': {
      severity: 'fault',
      why: 'Twilio refuses texts from a number that the account does not own.',
    },
    'main-number-cannot-text': { severity: 'fault', why: 'Relay sends its codes and welcome texts from it.' },
    'main-number-no-pictures': {
      severity: 'fault',
      why: 'The welcome text carries a contact card, and fails if it cannot.',
    },
  },
  run: async ({ openAccount }) => {
    const view = await openAccount();
    const { mainNumber } = view.setup.settings;
    if (!mainNumber) return nothingToCheck('TWILIO_MAIN_NUMBER is not set');
    const owned = (await view.numbers()).find(({ phoneNumber }) => phoneNumber === mainNumber);
    if (!owned) {
      const what = `${view.setup.client.accountSid} does not own ${mainNumber}`;
      const tryNext = ['remove TWILIO_MAIN_NUMBER, then relay-phone init, which finds or buys a number'];
      return found({ id: 'main-number-not-owned', what, tryNext });
    }
    const { sms, mms } = owned.capabilities;
    return passUnless(`the account owns ${mainNumber}`, [
      sms ? undefined : incapable('main-number-cannot-text', `${mainNumber} cannot send texts`),
      mms ? undefined : incapable('main-number-no-pictures', `${mainNumber} cannot send pictures`),
    ]);
  },
});

function incapable<I extends Id>(id: I, what: string): CheckFinding<I> {
  return { id, what, tryNext: ['relay-phone init --main-number, with one that can send texts and pictures'] };
}

type RegistrationId = 'number-unregistered' | 'campaign-not-verified' | 'toll-free-unverified';

const DROPPED = 'Twilio accepts its texts to US phones, but the carriers drop them';
const MEANWHILE = 'relay-phone init --sandbox, to work without carriers until then';

/** Checks that US carriers accept texts from the main number. */
export const registrationCheck = createDoctorCheck<RegistrationId>({
  id: 'registration',
  group: 'main number',
  expects: 'the main number is registered for texts to the US (10DLC, toll-free verification)',
  needs: ['main-number'],
  findings: {
    'number-unregistered': { severity: 'fault', why: `${DROPPED} (30034).` },
    'campaign-not-verified': { severity: 'fault', why: `${DROPPED} (30034).` },
    'toll-free-unverified': { severity: 'fault', why: `${DROPPED} (30032).` },
  },
  run: async ({ openAccount }) => {
    const view = await openAccount();
    const number = view.setup.settings.mainNumber ?? '';
    if (!number.startsWith('+1')) return nothingToCheck(`${number} is not a North American number`);
    return TOLL_FREE.test(number) ? checkTollFree(view, number) : checkCampaign(view, number);
  },
});

async function checkTollFree({ products, numbers }: AccountView, number: string) {
  const own = (await numbers()).find(({ phoneNumber }) => phoneNumber === number);
  const [verification] = await explaining(
    `find the verification of ${number}`,
    products.messaging.tollfreeVerifications.list({ tollfreePhoneNumberSid: own?.sid ?? '', limit: 1 }),
  );
  const status = verification?.status ?? 'not requested';
  if (status === 'TWILIO_APPROVED') return pass(`${number} is verified`);
  return found({
    id: 'toll-free-unverified',
    what: `the toll-free verification of ${number} is ${status.toLowerCase().replaceAll('_', ' ')}`,
    tryNext: [
      `choose the number at ${CONSOLE_PAGES.numbers}, and verify it under "Regulatory Information"`,
      MEANWHILE,
    ],
  });
}

async function checkCampaign(view: AccountView, number: string) {
  const tryNext = [`register a brand and a campaign at ${CONSOLE_PAGES.campaigns}`, MEANWHILE];
  const own = (await view.messagingServices()).find(({ numbers }) => numbers.includes(number));
  if (!own) {
    // The sandbox needs no campaign: its carriers refuse only the numbers that they were told to refuse.
    if (view.setup.target === 'sandbox') return pass("registered: the sandbox's carriers accept its texts");
    const what = `${number} is in no Messaging Service, so it has no campaign`;
    return found({ id: 'number-unregistered', what, tryNext });
  }
  const { service } = own;
  const [campaign] = await explaining(
    `find the campaign of ${service.sid}`,
    view.products.messaging.services(service.sid).usAppToPerson.list({ limit: 1 }),
  );
  const name = `"${service.friendlyName}" (${service.sid})`;
  if (!campaign) {
    const what = `${number} is in the Messaging Service ${name}, which has no campaign`;
    return found({ id: 'number-unregistered', what, tryNext });
  }
  if (campaign.campaignStatus === 'VERIFIED') return pass(`registered through ${name}`);
  const what = `the campaign of ${name} is ${campaign.campaignStatus.toLowerCase()}`;
  return found({ id: 'campaign-not-verified', what, tryNext });
}
