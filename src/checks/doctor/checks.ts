// Everything that `doctor` looks at: each check behind those it needs.

import type { FindingKind } from '../check.js';
import { COMMON_FINDINGS } from '../run-checks.js';
import { credentialsCheck, envAccountCheck } from './account/credentials.js';
import { mainNumberCheck, registrationCheck } from './account/main-number.js';
import { messagingServicesCheck } from './account/services.js';
import { accountCheck, accountMeansCheck, sandboxCheck } from './account/standing.js';
import { alertsCheck, textsCheck } from './account/traffic.js';
import { staleHostCheck, twimlAppCheck } from './account/twiml-app.js';
import { webhooksCheck } from './account/webhooks.js';
import { publicBaseCheck } from './app/public-base.js';
import { publicWayCheck } from './app/public-way.js';
import { appSignatureCheck } from './app/signature.js';
import { appCheck, appHostCheck } from './app/up.js';
import { checkoutCheck } from './checkout.js';
import type { DoctorCheck } from './doctor-context.js';
import { envFileCheck, settingsCheck } from './env/env-file.js';
import { envGitCheck } from './env/git.js';
import { envHostsCheck, siteOriginCheck } from './env/hosts.js';
import { envKeysCheck } from './env/keys.js';
import { envOverridesCheck, testCredentialsCheck } from './env/overrides.js';
import { envReadersCheck } from './env/readers.js';
import { nodeCheck } from './machine/node.js';
import { binaryCheck, packageCheck } from './machine/package.js';
import { stateFolderCheck } from './machine/state-folder.js';
import { ngrokSessionCheck } from './ngrok/session.js';
import { ngrokCheck } from './ngrok/settings.js';
import { ngrokAgentCheck, ngrokInterstitialCheck } from './ngrok/surroundings.js';

/** In the order in which they are shown. */
export const DOCTOR_CHECKS: readonly DoctorCheck[] = [
  nodeCheck,
  packageCheck,
  binaryCheck,
  stateFolderCheck,
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
  appCheck,
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

/** Everything that can be found, by its id. */
export const DOCTOR_FINDINGS: Readonly<Record<string, FindingKind>> = Object.assign(
  {},
  COMMON_FINDINGS,
  ...DOCTOR_CHECKS.map(({ findings }) => findings),
);
