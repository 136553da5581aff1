// The unmodified official SDK with its transport redirected to a sandbox, and raw requests that the SDK never sends.
// Each answer is checked against Twilio's OpenAPI documents.
import { setTimeout as sleep } from 'node:timers/promises';
import twilio from 'twilio';
import type { MessageInstance } from 'twilio/lib/rest/api/v2010/account/message.js';
import { verifyAnswer } from './openapi/check.js';

/** The address and credentials of a sandbox. */
export interface SandboxAccess {
  readonly origin: string;
  readonly accountSid: string;
  readonly authToken: string;
}

/** Returns the SDK's client for a sandbox. @param agents what the `User-Agent` ends with */
export function createSandboxClient(
  { origin, accountSid, authToken }: SandboxAccess,
  agents: readonly string[] = [],
): twilio.Twilio {
  const httpClient = new twilio.RequestClient();
  const request = httpClient.request.bind(httpClient);
  httpClient.request = async (options) => {
    // The host becomes the first segment of the path.
    const answer = await request({ ...options, uri: options.uri.replace('https:/', origin) });
    verifyAnswer({
      method: options.method.toUpperCase(),
      url: options.uri,
      status: answer.statusCode,
      body: answer.body,
    });
    return answer;
  };
  return twilio(accountSid, authToken, { httpClient, userAgentExtensions: [...agents] });
}

/** Sends a request without the SDK, with the credentials of the account unless others are given. */
export async function fetchRaw(
  access: SandboxAccess,
  path: string,
  init: RequestInit = {},
): Promise<Response> {
  const credentials = Buffer.from(`${access.accountSid}:${access.authToken}`).toString('base64');
  const headers = { authorization: `Basic ${credentials}`, ...init.headers };
  const answer = await fetch(access.origin + path, { redirect: 'manual', ...init, headers });
  const body = await answer.clone().text();
  verifyAnswer({ method: init.method ?? 'GET', url: path, status: answer.status, body });
  return answer;
}

/** Waits until a message has reached one of these statuses, and returns it. */
export async function waitForStatus(
  client: twilio.Twilio,
  sid: string,
  ...statuses: string[]
): Promise<MessageInstance> {
  for (;;) {
    const message = await client.messages(sid).fetch();
    if (statuses.includes(message.status)) return message;
    await sleep(2);
  }
}
