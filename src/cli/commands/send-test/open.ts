// Opens the user API of the app that a command is to ask.
import { createRelayApi, type RelayApi } from '../../../firefox-relay/relay-api.js';
import type { Setup } from '../../../setup/setup.js';
import { findAdvice } from '../../../twilio/advice.js';
import type { AppAccess } from './app-access.js';

/** Seconds an app may take to answer: it asks Twilio several times meanwhile. */
const PATIENCE = 30;

/** Opens it; nothing is sent yet. */
export function openRelayApi({ settings, output }: Setup, { origin, token }: AppAccess): RelayApi {
  return createRelayApi({
    origin,
    token,
    timeout: (settings.timeout ?? PATIENCE) * 1000,
    findAdvice: (code) => findAdvice(code)?.tryNext,
    progress: output.progress,
  });
}
