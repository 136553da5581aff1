// Everything that `doctor` looks at: each check behind those it needs.

import type { Check, FindingKind } from '../check.js';
import { COMMON_FINDINGS } from '../run-checks.js';
import { accountInFileCheck, credentialsCheck } from './account/credentials.js';
import { mainNumberCheck, registrationCheck } from './account/main-number.js';
import { servicesCheck } from './account/services.js';
import { accountCheck, meansCheck, sandboxCheck } from './account/standing.js';
import { alertsCheck, textsCheck } from './account/traffic.js';
import { staleHostCheck, twimlAppCheck } from './account/twiml-app.js';
import { webhooksCheck } from './account/webhooks.js';
import { publicBaseCheck } from './app/public-base.js';
import { publicWayCheck } from './app/public-way.js';
import { signatureCheck } from './app/signature.js';
import { appCheck, hostCheck } from './app/up.js';
import { checkoutCheck } from './checkout.js';
import { envFileCheck, settingsCheck } from './env/env-file.js';
import { gitCheck } from './env/git.js';
import { hostsCheck, siteOriginCheck } from './env/hosts.js';
import { keysCheck } from './env/keys.js';
import { overridesCheck, testCredentialsCheck } from './env/overrides.js';
import { readersCheck } from './env/readers.js';
import { nodeCheck } from './machine/node.js';
import { binaryCheck, packageCheck } from './machine/package.js';
import { stateFolderCheck } from './machine/state-folder.js';
import { ngrokSessionCheck } from './ngrok/session.js';
import { ngrokCheck } from './ngrok/settings.js';
import { interstitialCheck, ngrokAgentCheck } from './ngrok/surroundings.js';

/** In the order in which they are shown. */
export const CHECKS: readonly Check[] = [
  nodeCheck,
  packageCheck,
  binaryCheck,
  stateFolderCheck,
  envFileCheck,
  settingsCheck,
  readersCheck,
  gitCheck,
  keysCheck,
  siteOriginCheck,
  hostsCheck,
  overridesCheck,
  testCredentialsCheck,
  credentialsCheck,
  accountInFileCheck,
  accountCheck,
  meansCheck,
  sandboxCheck,
  mainNumberCheck,
  registrationCheck,
  twimlAppCheck,
  webhooksCheck,
  staleHostCheck,
  servicesCheck,
  alertsCheck,
  textsCheck,
  appCheck,
  hostCheck,
  signatureCheck,
  publicBaseCheck,
  publicWayCheck,
  ngrokCheck,
  ngrokSessionCheck,
  ngrokAgentCheck,
  interstitialCheck,
  checkoutCheck,
];

/** Everything that can be found, by its id. */
export const FINDINGS: Readonly<Record<string, FindingKind>> = Object.assign(
  {},
  COMMON_FINDINGS,
  ...CHECKS.map(({ findings }) => findings),
);
