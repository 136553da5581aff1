// The proxy that the long-running sandbox of a state folder has for other programs.
import type { StateFolder } from '../../state/folder.js';
import type { LockOptions } from '../../state/lock.js';
import { findAddress, findVerified } from '../address.js';
import { type Authority, openAuthority } from './certificate-authority.js';
import {
  formatInterceptorUrl,
  type Interceptor,
  type InterceptorOptions,
  obtainInterceptorToken,
  openInterceptor,
} from './proxy.js';

/** Opens it. The authority is made or read when the first program connects. */
export function openFolderInterceptor(
  folder: StateFolder,
  options: Omit<InterceptorOptions, 'token' | 'contextFor'>,
  waiting: LockOptions,
): Promise<Interceptor> {
  let opening: Promise<Authority> | undefined;
  return openInterceptor({
    ...options,
    token: obtainInterceptorToken(folder),
    contextFor: async (host) => {
      opening ??= openAuthority(folder, Date.now, waiting);
      return (await opening).contextFor(host);
    },
  });
}

/** What to tell a program that is to go through it; undefined when no sandbox runs that has one. */
export async function findInterceptor(folder: StateFolder): Promise<string | undefined> {
  const address = findAddress(folder);
  if (address?.interceptorPort === undefined || !(await findVerified(address))) return undefined;
  return formatInterceptorUrl(address.interceptorPort, obtainInterceptorToken(folder));
}
