// Checks that credentials are configured and that Twilio accepts them.
import { isSandboxSid } from '../../../sandbox-sid.js';
import { findSidFault, findTokenFault } from '../../../setup/credentials.js';
import { findAdvice } from '../../../twilio/advice.js';
import { explainTwilioFailure, findRestFailure } from '../../../twilio/failure.js';
import { type CheckFinding, nothingToCheck, pass, passUnless } from '../../check.js';
import { createDoctorCheck, type DoctorContext } from '../doctor-context.js';

type Id =
  | 'nothing-set-up'
  | 'sandbox-missing'
  | 'credentials-missing'
  | 'credentials-malformed'
  | 'credentials-refused'
  | 'credentials-are-test';

const WHY = 'Nothing can be sent, bought or looked at without them.';

/** Whether they are there and accepted. */
export const credentialsCheck = createDoctorCheck<Id>({
  id: 'credentials',
  group: 'account',
  checks: 'the credentials: there, in their form, accepted, and not test credentials',
  needs: ['binary', 'state-folder'],
  findings: {
    'nothing-set-up': { severity: 'fault', why: 'There is no account to send texts with.' },
    'sandbox-missing': { severity: 'fault', why: 'There is no account to send texts with.' },
    'credentials-missing': { severity: 'fault', why: WHY },
    'credentials-malformed': { severity: 'fault', why: WHY },
    'credentials-refused': { severity: 'fault', why: WHY },
    'credentials-are-test': { severity: 'fault', why: 'They can do almost nothing, and send no text.' },
  },
  run: async (context) => {
    const absent = await findMissing(context);
    return absent ? passUnless('', [absent]) : signIn(context);
  },
});

/** Whether `.env` has the credentials of the account that was looked at. */
export const envAccountCheck = createDoctorCheck({
  id: 'env-account',
  group: 'account',
  checks: '.env: that the app signs in to the same account, with the same token',
  needs: ['env-file', 'credentials'],
  findings: {
    'env-other-account': {
      severity: 'fault',
      why: 'The app signs in elsewhere, and refuses the webhooks of this account.',
    },
  },
  run: async ({ envFile, envPath, openAccount }) => {
    const sid = envFile?.values.get('TWILIO_ACCOUNT_SID');
    if (!envFile || !sid) return nothingToCheck('TWILIO_ACCOUNT_SID is not set');
    const { setup } = await openAccount();
    const own = setup.client.accountSid;
    const isSame = sid === own && envFile.values.get('TWILIO_AUTH_TOKEN') === setup.authToken;
    const what = sid === own ? `another auth token for ${own}` : `the account ${sid}, and not ${own}`;
    return passUnless(sid, [
      isSame
        ? undefined
        : {
            id: 'env-other-account',
            what: `${envPath} has ${what}`,
            tryNext: [setup.target === 'sandbox' ? 'relay-phone init --sandbox' : 'relay-phone init'],
          },
    ]);
  },
});

async function findMissing({
  target,
  findSandbox,
  loaded,
  statePath,
}: DoctorContext): Promise<CheckFinding<Id> | undefined> {
  if (target === undefined) {
    const tryNext = ['relay-phone init, with a Twilio account', 'relay-phone init --sandbox, with none'];
    return { id: 'nothing-set-up', what: 'nothing is set up yet', tryNext };
  }
  if (target === 'sandbox') {
    if ((await findSandbox()).exists) return undefined;
    const tryNext = ['relay-phone init --sandbox', '--state-dir PATH of the sandbox'];
    return { id: 'sandbox-missing', what: `there is no sandbox in ${statePath}`, tryNext };
  }
  const { accountSid, authToken } = loaded.values;
  const isStale = loaded.sources.accountSid === '.env' && isSandboxSid(accountSid ?? '');
  if (!accountSid || !authToken || isStale) {
    const missing = accountSid && !isStale ? 'TWILIO_AUTH_TOKEN' : 'TWILIO_ACCOUNT_SID';
    return { id: 'credentials-missing', what: `${missing} is not set`, tryNext: ['relay-phone init'] };
  }
  const what = findSidFault(accountSid) ?? findTokenFault(authToken);
  const tryNext = ['relay-phone init --auth-token-file PATH', 'https://console.twilio.com shows both'];
  return what === undefined ? undefined : { id: 'credentials-malformed', what, tryNext };
}

async function signIn({ openAccount }: DoctorContext) {
  const view = await openAccount();
  const { accountSid } = view.setup.client;
  try {
    await view.account();
    return pass(`${accountSid}, accepted`);
  } catch (error) {
    const code = findRestFailure(error)?.code ?? 0;
    const id = FINDING_OF_CODE.get(code);
    const advice = findAdvice(code);
    if (!id || !advice) throw explainTwilioFailure('use the Twilio account', error);
    const what = `${advice.meaning} (${accountSid}, Twilio ${code})`;
    return passUnless('', [{ id, what, tryNext: advice.tryNext }]);
  }
}

const FINDING_OF_CODE: ReadonlyMap<number, Id> = new Map([
  [20003, 'credentials-refused'],
  [20008, 'credentials-are-test'],
]);
