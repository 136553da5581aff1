// The keys of .env that matter to Relay's phone features.
import { NEEDED_KEYS } from '../../../setup/status.js';

/** Whether Relay's phone features depend on `key`. */
export function isRelayKey(key: string): boolean {
  return (
    NEEDED_KEYS.includes(key) ||
    key.startsWith('TWILIO_') ||
    ['ALLOWED_HOSTS', 'DJANGO_ALLOWED_HOST'].includes(key)
  );
}
