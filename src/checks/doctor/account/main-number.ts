// Checks the main number: the account owns it, it has the needed capabilities, and US carriers accept its texts.
import { TOLL_FREE } from '../../../setup/price.js';
import { explaining } from '../../../twilio/failure.js';
import { type CheckFinding, nothingToCheck, pass, passUnless } from '../../check.js';
import type { AccountView } from '../account-view.js';
import { createDoctorCheck } from '../doctor-context.js';

type Id = 'main-number-not-owned' | 'main-number-cannot-text' | 'main-number-no-pictures';

/** Whether it is there and able. */
export const mainNumberCheck = createDoctorCheck<Id>({
  id: 'main-number',
  group: 'main number',
  checks: 'the main number: set, owned, able to send texts and pictures',
  needs: ['account'],
  findings: {
    'main-number-not-owned': {
      severity: 'fault',
      why: 'Twilio refuses texts from a number of somebody else.',
    },
    'main-number-cannot-text': { severity: 'fault', why: 'Relay sends its codes and welcome texts from it.' },
    'main-number-no-pictures': {
      severity: 'fault',
      why: 'The welcome text has a contact card, and fails without.',
    },
  },
  run: async ({ openAccount }) => {
    const view = await openAccount();
    const { mainNumber } = view.setup.settings;
    if (!mainNumber) return nothingToCheck('TWILIO_MAIN_NUMBER is not set');
    const owned = (await view.numbers()).find(({ phoneNumber }) => phoneNumber === mainNumber);
    if (!owned) {
      const what = `${view.setup.client.accountSid} does not own ${mainNumber}`;
      const tryNext = ['take TWILIO_MAIN_NUMBER out, then relay-phone init, which finds or buys one'];
      return passUnless('', [{ id: 'main-number-not-owned', what, tryNext }]);
    }
    const { sms, mms } = owned.capabilities;
    return passUnless(`${mainNumber}, owned`, [
      sms ? undefined : incapable('main-number-cannot-text', `${mainNumber} cannot send texts`),
      mms ? undefined : incapable('main-number-no-pictures', `${mainNumber} cannot send pictures`),
    ]);
  },
});

function incapable<I extends Id>(id: I, what: string): CheckFinding<I> {
  return { id, what, tryNext: ['relay-phone init --main-number, with one that can send texts and pictures'] };
}

type RegistrationId = 'number-unregistered' | 'campaign-not-verified' | 'toll-free-unverified';

const LOST = 'Twilio accepts its texts to US phones, and the carriers drop them';

/** Whether carriers in the US take its texts. */
export const registrationCheck = createDoctorCheck<RegistrationId>({
  id: 'registration',
  group: 'main number',
  checks: 'the main number: its registration for texts to the US (10DLC, toll-free verification)',
  needs: ['main-number'],
  findings: {
    'number-unregistered': { severity: 'fault', why: `${LOST} (30034).` },
    'campaign-not-verified': { severity: 'fault', why: `${LOST} (30034).` },
    'toll-free-unverified': { severity: 'fault', why: `${LOST} (30032).` },
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
    `look for the verification of ${number}`,
    products.messaging.tollfreeVerifications.list({ tollfreePhoneNumberSid: own?.sid ?? '', limit: 1 }),
  );
  const status = verification?.status ?? 'not asked for';
  if (status === 'TWILIO_APPROVED') return pass(`${number} is verified`);
  const what = `the verification of ${number} is ${status.toLowerCase().replaceAll('_', ' ')}`;
  const tryNext = [
    'verify it at https://console.twilio.com, Phone Numbers, Regulatory compliance',
    'relay-phone init --sandbox, to work without carriers meanwhile',
  ];
  return passUnless('', [{ id: 'toll-free-unverified', what, tryNext } as const]);
}

async function checkCampaign(view: AccountView, number: string) {
  const tryNext = [
    'register a brand and a campaign at https://console.twilio.com, Messaging, Compliance',
    'relay-phone init --sandbox, to work without carriers meanwhile',
  ];
  const home = (await view.messagingServices()).find(({ numbers }) => numbers.includes(number));
  if (!home) {
    // Nobody files a campaign there: its carriers refuse only a number that they were told to.
    if (view.setup.target === 'sandbox') return pass('the carriers of the sandbox take it');
    const what = `${number} is in no Messaging Service, and so in no campaign`;
    return passUnless('', [{ id: 'number-unregistered', what, tryNext } as const]);
  }
  const { service } = home;
  const [campaign] = await explaining(
    `look for the campaign of ${service.sid}`,
    view.products.messaging.services(service.sid).usAppToPerson.list({ limit: 1 }),
  );
  const name = `"${service.friendlyName}" (${service.sid})`;
  if (!campaign) {
    const what = `${number} is in the Messaging Service ${name}, which has no campaign`;
    return passUnless('', [{ id: 'number-unregistered', what, tryNext } as const]);
  }
  if (campaign.campaignStatus === 'VERIFIED') return pass(`registered through ${name}`);
  const what = `the campaign of ${name} is ${campaign.campaignStatus.toLowerCase()}`;
  return passUnless('', [{ id: 'campaign-not-verified', what, tryNext } as const]);
}
