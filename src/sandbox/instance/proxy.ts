// The proxy of a served sandbox, which `exec` gives to other programs.
import { realNow } from '../../real-time.js';
import type { StateFolder } from '../../state/folder.js';
import type { LockOptions } from '../../state/lock.js';
import { type CertificateAuthority, openCertificateAuthority } from '../proxy/certificate-authority.js';
import {
  type ExecProxy,
  type ExecProxyOptions,
  formatProxyUrl,
  obtainProxyToken,
  openExecProxy,
} from '../proxy/proxy.js';
import { findSandboxAddress, findVerifiedOrigin } from './address.js';

/** Opens the proxy. The certificate authority is read or created when the first program connects. */
export function openFolderProxy(
  folder: StateFolder,
  options: Omit<ExecProxyOptions, 'token' | 'contextFor'>,
  lockOptions: LockOptions,
): Promise<ExecProxy> {
  let opening: Promise<CertificateAuthority> | undefined;
  return openExecProxy({
    ...options,
    token: obtainProxyToken(folder),
    contextFor: async (host) => {
      opening ??= openCertificateAuthority(folder, realNow, lockOptions);
      return (await opening).contextFor(host);
    },
  });
}

/** Returns the proxy's URL, with its token, or undefined if no sandbox with a proxy is running. */
export async function findFolderProxy(folder: StateFolder): Promise<string | undefined> {
  const address = findSandboxAddress(folder);
  if (address?.interceptorPort === undefined || !(await findVerifiedOrigin(address))) return undefined;
  return formatProxyUrl(address.interceptorPort, obtainProxyToken(folder));
}
