// The keys of .env that matter to Relay's phone features.
import { REQUIRED_ENV_KEYS } from '../../../setup/steps/env-file.js';

/** Whether Relay's phone features depend on `key`. */
export function isRelayKey(key: string): boolean {
  return (
    REQUIRED_ENV_KEYS.includes(key) ||
    key.startsWith('TWILIO_') ||
    ['ALLOWED_HOSTS', 'DJANGO_ALLOWED_HOST'].includes(key)
  );
}
