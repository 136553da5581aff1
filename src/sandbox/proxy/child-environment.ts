// The environment of a child process whose Twilio is a sandbox of this process, with the proxy and the files that it names.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explainMachineFault } from '../../machine-fault.js';
import { realNow } from '../../real-time.js';
import { openStateFolder } from '../../state/folder.js';
import { openCertificateAuthority } from './certificate-authority.js';
import type { SandboxConnections } from './connections.js';
import { createProxiedEnvironment, type ProgramEnvironment } from './environment.js';
import { type ExecProxy, obtainProxyToken, openExecProxy } from './proxy.js';
import { writeTrust } from './trust.js';

/** The environment, and what has to be closed once no process uses it. */
export interface ChildEnvironment {
  /** The variables to set; one with the value undefined is to be removed. */
  readonly variables: ProgramEnvironment;
  /** Closes the proxy, and deletes the certificates. */
  close(): Promise<void>;
}

/** The sandbox, and its accounts. */
export interface ChildEnvironmentOptions {
  readonly sandbox: SandboxConnections;
  readonly accountSid: string;
  readonly authToken: string;
  readonly testCredentials: { readonly sid: string; readonly authToken: string };
  hasApiKey(sid: string): boolean;
}

const LIVE_KEY = { TWILIO_API_KEY: undefined, TWILIO_API_SECRET: undefined };

/** How long an authority is waited for that another process creates; here there is none, since the folder is new. */
const LOCK_TIMEOUT_MS = 10_000;

/**
 * Opens a proxy, and writes the certificates for it into a new folder of the system's folder for temporary files.
 *
 * @param environment of this process, which may name a proxy and certificates of the user
 * @throws RelayPhoneError `needsUser` if the files cannot be written; the system's error if no port is free.
 */
export async function openChildEnvironment(
  { sandbox, accountSid, authToken, testCredentials, hasApiKey }: ChildEnvironmentOptions,
  environment: ProgramEnvironment,
): Promise<ChildEnvironment> {
  let path: string | undefined;
  let proxy: ExecProxy | undefined;
  const removeFolder = () => {
    if (path !== undefined) rmSync(path, { recursive: true, force: true });
  };
  // A test runner ends its workers without waiting for what they left open.
  process.once('exit', removeFolder);
  async function close(): Promise<void> {
    process.off('exit', removeFolder);
    await proxy?.close();
    removeFolder();
  }
  try {
    path = mkdtempSync(join(tmpdir(), 'relay-phone-'));
    const folder = openStateFolder(path);
    const waiting = { command: 'sandbox', timeoutMs: LOCK_TIMEOUT_MS };
    const { certificate, contextFor } = await openCertificateAuthority(folder, realNow, waiting);
    proxy = await openExecProxy({ sandbox, token: obtainProxyToken(folder), contextFor, environment });
    const trust = writeTrust(folder, { authority: certificate, url: proxy.url, environment });
    return {
      variables: {
        ...createProxiedEnvironment(environment, proxy.url, trust),
        TWILIO_ACCOUNT_SID: accountSid,
        TWILIO_AUTH_TOKEN: authToken,
        TWILIO_TEST_ACCOUNT_SID: testCredentials.sid,
        TWILIO_TEST_AUTH_TOKEN: testCredentials.authToken,
        // Keys of a live account, and parts of Twilio's own network: an SDK would prefer them.
        ...(!hasApiKey(environment.TWILIO_API_KEY ?? '') && LIVE_KEY),
        TWILIO_REGION: undefined,
        TWILIO_EDGE: undefined,
      },
      close,
    };
  } catch (error) {
    await close();
    // Such as a file that --permission hides.
    throw explainMachineFault(error) ?? error;
  }
}
