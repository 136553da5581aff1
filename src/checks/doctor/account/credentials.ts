// Checks that credentials are configured and that Twilio accepts them.
import { isSandboxSid } from '../../../sandbox-sid.js';
import { findSecretForm } from '../../../secret-forms.js';
import type { UnresolvedSetting } from '../../../settings/load.js';
import { describeUnresolved } from '../../../settings/unresolved.js';
import { findSidFault, findTokenFault } from '../../../setup/credentials.js';
import { explainCredentials, findAdvice } from '../../../twilio/advice.js';
import { CONSOLE_PAGES } from '../../../twilio/console-pages.js';
import { explainTwilioFailure, findRestFailure } from '../../../twilio/failure.js';
import { type CheckFinding, found, nothingToCheck, pass, passUnless } from '../../check.js';
import { createDoctorCheck, type DoctorContext } from '../doctor-context.js';

type Id =
  | 'nothing-set-up'
  | 'sandbox-missing'
  | 'credentials-missing'
  | 'credentials-malformed'
  | 'credentials-refused'
  | 'credentials-are-test';

const NO_ACCOUNT = 'Without an account no text can be sent.';
const NO_ACCESS = 'Without them nothing can be sent, bought or checked.';

/** Checks that there are credentials, well-formed and accepted by Twilio. */
export const credentialsCheck = createDoctorCheck<Id>({
  id: 'credentials',
  group: 'account',
  expects: 'the credentials are set, well-formed, accepted by Twilio, and not test credentials',
  needs: ['binary', 'state-folder'],
  findings: {
    'nothing-set-up': { severity: 'fault', why: NO_ACCOUNT },
    'sandbox-missing': { severity: 'fault', why: NO_ACCOUNT },
    'credentials-missing': { severity: 'fault', why: NO_ACCESS },
    'credentials-malformed': { severity: 'fault', why: NO_ACCESS },
    'credentials-refused': { severity: 'fault', why: NO_ACCESS },
    'credentials-are-test': { severity: 'fault', why: 'They can do almost nothing, and send no text.' },
  },
  run: async (context) => {
    if (context.targetFault) throw context.targetFault;
    const unknown = findUnknown(context);
    if (unknown) return nothingToCheck(unknown);
    const fault = await findConfigurationFault(context);
    return fault ? found(fault) : signIn(context);
  },
});

/** Checks that `.env` has the credentials of the account that is checked. */
export const envAccountCheck = createDoctorCheck({
  id: 'env-account',
  group: 'account',
  expects: '.env has the same account and auth token, for the app to sign in with',
  needs: ['env-file', 'credentials'],
  findings: {
    'env-other-account': {
      severity: 'fault',
      why: 'The app signs in with these, and refuses the webhooks of the account that was checked.',
    },
  },
  run: async ({ envFile, envPath, openAccount }) => {
    const sid = envFile?.values.get('TWILIO_ACCOUNT_SID');
    if (!envFile || !sid) return nothingToCheck('TWILIO_ACCOUNT_SID is not set');
    const form = findSecretForm(sid) ?? findSecretForm(envFile.values.get('TWILIO_AUTH_TOKEN') ?? '');
    if (form) return nothingToCheck(`the account in .env is ${form.name}`);
    const { setup } = await openAccount();
    const own = setup.client.accountSid;
    const isSame = sid === own && envFile.values.get('TWILIO_AUTH_TOKEN') === setup.authToken;
    const what = sid === own ? `a different auth token for ${own}` : `the account ${sid}, not ${own}`;
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

/** Returns why it is not known whether an account is set up, as a clause; another check reports the fault. */
function findUnknown({ target, envPath, envFault, loaded }: DoctorContext): string | undefined {
  if (target === undefined && envFault) return `the account is not known: ${envPath} cannot be read`;
  const isOf = ({ name }: UnresolvedSetting) => name === 'accountSid' || name === 'authToken';
  const secret = target === 'sandbox' ? undefined : loaded.unresolved.find(isOf);
  return secret && `the account is not known: ${describeUnresolved(secret, envPath)}`;
}

async function findConfigurationFault({
  target,
  findSandbox,
  loaded,
  statePath,
}: DoctorContext): Promise<CheckFinding<Id> | undefined> {
  if (target === undefined) {
    const tryNext = ['relay-phone init, with a Twilio account', 'relay-phone init --sandbox, without one'];
    return { id: 'nothing-set-up', what: 'nothing is set up yet', tryNext };
  }
  if (target === 'sandbox') {
    if ((await findSandbox()).exists) return undefined;
    const tryNext = ['relay-phone init --sandbox', '--state-dir PATH, with the folder of your sandbox'];
    return { id: 'sandbox-missing', what: `${statePath} has no sandbox`, tryNext };
  }
  const { accountSid, authToken } = loaded.values;
  const isLeftover = loaded.sources.accountSid === '.env' && isSandboxSid(accountSid ?? '');
  if (!accountSid || !authToken || isLeftover) {
    const missing = accountSid && !isLeftover ? 'TWILIO_AUTH_TOKEN' : 'TWILIO_ACCOUNT_SID';
    return { id: 'credentials-missing', what: `${missing} is not set`, tryNext: ['relay-phone init'] };
  }
  const what = findSidFault(accountSid) ?? findTokenFault(authToken);
  const tryNext = ['relay-phone init --auth-token-file PATH', `copy both from ${CONSOLE_PAGES.keys}`];
  return what === undefined ? undefined : { id: 'credentials-malformed', what, tryNext };
}

async function signIn({ openAccount }: DoctorContext) {
  const view = await openAccount();
  const { accountSid } = view.setup.client;
  try {
    await view.account();
    return pass(`Twilio accepts ${accountSid}`);
  } catch (error) {
    const code = findRestFailure(error)?.code ?? 0;
    const id = FINDING_OF_CODE.get(code);
    const advice = code === 20003 ? explainCredentials(view.setup.environment) : findAdvice(code);
    if (!id || !advice) throw explainTwilioFailure('use the Twilio account', error);
    const what = `${advice.meaning} (${accountSid}, Twilio ${code})`;
    return found({ id, what, tryNext: advice.tryNext });
  }
}

const FINDING_OF_CODE: ReadonlyMap<number, Id> = new Map([
  [20003, 'credentials-refused'],
  [20008, 'credentials-are-test'],
]);
