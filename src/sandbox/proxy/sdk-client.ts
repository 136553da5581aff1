// The HTTP client that Twilio's SDK for Node.js is given, so that its requests go to a sandbox.
import { readSdkRequest, type SdkRequest, type SdkResponse } from '../../http/sdk-request.js';
import { sendRequest } from '../../http/send.js';

/**
 * What Twilio's SDK for Node.js takes as its option `httpClient`. The SDK's type is a class with a private member, which
 * only its own instances match; `never` fits there, and nobody else is meant to use it.
 */
export type SdkHttpClient = never;

/** As the SDK sends it; `authStrategy` is how it authenticates without a user name, such as with an OAuth token. */
interface AuthenticatedRequest extends SdkRequest {
  readonly authStrategy?: { getAuthString(): Promise<string> };
}

/** The SDK's own default, milliseconds. */
const TIMEOUT_MS = 30_000;

/**
 * Creates the client. Requests for every host of Twilio go to the sandbox, which is told the host. It sends each request
 * once: the SDK's own retries are part of its own client.
 *
 * @param origin of the sandbox
 * @throws NoAnswer from `request` if the sandbox is closed, or does not answer in time.
 */
export function createSdkHttpClient(origin: string): SdkHttpClient {
  async function request(asked: AuthenticatedRequest): Promise<SdkResponse> {
    const { authStrategy, timeout = TIMEOUT_MS } = asked;
    const headers = { ...asked.headers };
    if (asked.username === undefined && authStrategy)
      headers.Authorization = await authStrategy.getAuthString();
    const sent = readSdkRequest({ ...asked, headers }, origin);
    const { status, headers: answered, body } = await sendRequest({ ...sent, timeoutMs: timeout });
    return { statusCode: status, headers: answered, body };
  }
  return { request } as never;
}
