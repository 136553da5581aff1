// The list of doctor's checks.
import type { FindingKind } from '../check.js';
import { COMMON_FINDINGS } from '../run-checks.js';
import { accountCheck, accountMeansCheck, sandboxCheck } from './account/account.js';
import { credentialsCheck, envAccountCheck } from './account/credentials.js';
import { mainNumberCheck, registrationCheck } from './account/main-number.js';
import { messagingServicesCheck } from './account/messaging-services.js';
import { recordedWebhooksCheck } from './account/recorded-webhooks.js';
import { alertsCheck, textsCheck } from './account/traffic.js';
import { staleHostCheck, twimlAppCheck, webhooksCheck } from './account/twiml-app.js';
import { appCheck, appHostCheck } from './app/app.js';
import { publicBaseCheck, publicWayCheck } from './app/public-base.js';
import { appSignatureCheck } from './app/signature.js';
import { appContactCheck } from './app/twilio-contact.js';
import { checkoutCheck } from './checkout.js';
import type { DoctorCheck } from './doctor-context.js';
import { envFileCheck, envGitCheck, envReadersCheck } from './env/env-file.js';
import { envHostsCheck, siteOriginCheck } from './env/public-host.js';
import { envKeysCheck, envOverridesCheck, settingsCheck, testCredentialsCheck } from './env/settings.js';
import { binaryCheck, nodeCheck, packageCheck } from './machine/installation.js';
import { journalCheck } from './machine/journal.js';
import { stateFolderCheck } from './machine/state-folder.js';
import { ngrokAgentCheck, ngrokInterstitialCheck, ngrokSessionCheck } from './ngrok/connection.js';
import { ngrokCheck } from './ngrok/settings.js';

/** All checks, in the order in which they are shown. Each comes after the checks that it needs. */
export const DOCTOR_CHECKS: readonly DoctorCheck[] = [
  nodeCheck,
  packageCheck,
  binaryCheck,
  stateFolderCheck,
  journalCheck,
  envFileCheck,
  settingsCheck,
  envReadersCheck,
  envGitCheck,
  envKeysCheck,
  siteOriginCheck,
  envHostsCheck,
  envOverridesCheck,
  testCredentialsCheck,
  credentialsCheck,
  envAccountCheck,
  accountCheck,
  accountMeansCheck,
  sandboxCheck,
  mainNumberCheck,
  registrationCheck,
  twimlAppCheck,
  webhooksCheck,
  staleHostCheck,
  messagingServicesCheck,
  alertsCheck,
  textsCheck,
  recordedWebhooksCheck,
  appCheck,
  appContactCheck,
  appHostCheck,
  appSignatureCheck,
  publicBaseCheck,
  publicWayCheck,
  ngrokCheck,
  ngrokSessionCheck,
  ngrokAgentCheck,
  ngrokInterstitialCheck,
  checkoutCheck,
];

/** Everything that doctor can find, by the id of the finding. */
export const DOCTOR_FINDINGS: Readonly<Record<string, FindingKind>> = Object.assign(
  {},
  COMMON_FINDINGS,
  ...DOCTOR_CHECKS.map(({ findings }) => findings),
);
