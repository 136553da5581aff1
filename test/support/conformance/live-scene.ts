// Set-up of the tests of `conformance --live`: an account with two numbers, behind TLS, and a tunnel to the command.

import { request as passOn } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { createSandbox } from '../../../src/sandbox/create.js';
import type { Sandbox } from '../../../src/sandbox/sandbox.js';
import { createCertificate } from '../authority.js';
import { findPort } from '../find-port.js';
import { createSandboxClient } from '../sandbox-client.js';
import { createTwilioEdge, type TwilioEdgeOptions } from '../twilio-edge.js';
import { createWorkspace, type Workspace } from '../workspace.js';
import { SID, TOKEN } from './stand-in.js';

/** The two numbers of the account. */
export const [A, B] = ['+12025550101', '+12025550102'] as const;
/** Where the numbers send their webhooks before and after a run. */
export const OWN_URL = 'https://my-app.example.com/sms';
const HOST = 'relay.example.com';

/** The parts of a test. */
export interface LiveScene {
  readonly workspace: Workspace;
  readonly account: Sandbox;
  readonly client: ReturnType<typeof createSandboxClient>;
  readonly environment: Record<string, string>;
  /** The options that name numbers and tunnel. */
  readonly options: readonly string[];
  run(...args: string[]): ReturnType<Workspace['run']>;
  /** The text URLs of the two numbers. */
  urls(): Promise<string[]>;
}

/** Creates them; they end with the test. @param options see {@link TwilioEdgeOptions} */
export async function setUpLive({
  answer,
  edit,
}: Pick<TwilioEdgeOptions, 'answer' | 'edit'> = {}): Promise<LiveScene> {
  const workspace = createWorkspace();
  onTestFinished(workspace.remove);
  const port = await findPort();
  const { cert, key, ca } = await createCertificate({ names: [HOST] });
  const front = createTlsServer({ cert, key }, (incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const onward = passOn({ host: '127.0.0.1', port, path: url, method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  const { port: frontPort } = front.address() as AddressInfo;
  const account = await createSandbox({
    account: { sid: SID, authToken: TOKEN },
    strict: true,
    onUnsupported: () => undefined,
    webhooks: {
      ca,
      lookup: (_host, options, callback) =>
        options.all ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4),
    },
  });
  const host = `${HOST}:${frontPort}`;
  const edge = await createTwilioEdge(account.origin, {
    tunnel: { host, origin: `http://127.0.0.1:${port}` },
    ...(answer && { answer }),
    ...(edit && { edit }),
  });
  onTestFinished(async () => {
    await account.close();
    await edge.close();
    front.closeAllConnections();
    front.close();
  });
  const client = createSandboxClient(account);
  for (const phoneNumber of [A, B])
    await client.incomingPhoneNumbers.create({ phoneNumber, smsUrl: OWN_URL });
  const environment = { ...edge.environment, TWILIO_ACCOUNT_SID: SID, TWILIO_AUTH_TOKEN: TOKEN };
  const options = ['--number', A, '--number', B, '--url', `https://${host}`, '--port', String(port)];
  return {
    workspace,
    account,
    client,
    environment,
    options,
    run: (...args) => workspace.run(['conformance', '--live', ...options, ...args], { environment }),
    urls: async () => (await client.incomingPhoneNumbers.list()).map(({ smsUrl }) => smsUrl),
  };
}
