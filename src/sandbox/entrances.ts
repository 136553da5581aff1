// The ways in which the code under test reaches a sandbox of its process: the SDK's client, interception, a child's environment.
import { type Interception, interceptHosts } from '../http/intercept.js';
import { once } from '../once.js';
import { isTwilio } from './platform/twilio-hosts.js';
import type { ChildEnvironment, ChildEnvironmentOptions } from './proxy/child-environment.js';
import { createSdkHttpClient } from './proxy/sdk-client.js';
import type { Sandbox } from './sandbox.js';

/** The part of a sandbox that is about reaching it. */
export type Entrances = Pick<Sandbox, 'httpClient' | 'intercept' | 'environment'>;

/** What the entrances need of a sandbox that listens. */
export type EntranceDeps = Pick<
  Sandbox,
  'origin' | 'port' | 'accept' | 'accountSid' | 'authToken' | 'testCredentials'
> &
  Pick<ChildEnvironmentOptions, 'hasApiKey'>;

/** Creates the entrances; `close` ends the interception, and closes the proxy of the environment. */
export function createEntrances(sandbox: EntranceDeps): {
  readonly entrances: Entrances;
  close(): Promise<void>;
} {
  let interception: Interception | undefined;
  let opened: Promise<ChildEnvironment> | undefined;

  const open = once(async () => {
    const { openChildEnvironment } = await import('./proxy/child-environment.js');
    return openChildEnvironment({ ...sandbox, sandbox }, process.env);
  });

  return {
    entrances: {
      httpClient: createSdkHttpClient(sandbox.origin),
      intercept: () => {
        interception ??= interceptHosts({ ...sandbox, isIntercepted: isTwilio }, () => {
          interception = undefined;
        });
        return interception;
      },
      environment: async () => {
        opened = open();
        return (await opened).variables;
      },
    },
    close: async () => {
      interception?.();
      await (await opened?.catch(() => undefined))?.close();
    },
  };
}
