// The token that the owner shows to the user API: made at the first start, and known to the owner alone.
import { timingSafeEqual } from 'node:crypto';
import type { StateFolder } from '../../state/folder.js';
import { obtainSecret } from '../../state/secret.js';

/** The token of a state folder, made where there is none. */
export function obtainToken(folder: StateFolder): string {
  return obtainSecret(folder, 'relay-token');
}

/** Whether an `Authorization` header shows the token, compared in constant time. */
export function hasToken(header: string | undefined, token: string): boolean {
  const [shown, wanted] = [Buffer.from(header ?? ''), Buffer.from(`Token ${token}`)];
  return shown.length === wanted.length && timingSafeEqual(shown, wanted);
}
