// Reads a request of Twilio's SDK for Node.js as the HTTP request that it stands for.
import type { HttpRequest } from './send.js';

/** A request of the SDK: the part of its `RequestOptions` that is used here. */
export interface SdkRequest {
  readonly method: string;
  readonly uri: string;
  readonly username?: string;
  readonly password?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly params?: object;
  readonly data?: object;
  /** Milliseconds. */
  readonly timeout?: number;
}

/** The response that the SDK expects. */
export interface SdkResponse {
  readonly statusCode: number;
  readonly headers: unknown;
  readonly body: string;
}

/**
 * Returns the HTTP request: its query, its credentials, and its data as a form, or as JSON if that is its content type.
 *
 * @param origin where it is sent to, with the host of the SDK's URL in the header `Host`; undefined sends it to that host
 */
export function readSdkRequest(
  asked: SdkRequest,
  origin: string | undefined,
): Pick<HttpRequest, 'method' | 'url' | 'headers' | 'body'> {
  const url = new URL(asked.uri);
  for (const [name, value] of listPairs(asked.params)) url.searchParams.append(name, value);
  const { host: askedHost } = url;
  if (origin !== undefined) {
    const { protocol, host } = new URL(origin);
    url.protocol = protocol;
    url.host = host;
  }
  return {
    method: asked.method.toUpperCase(),
    url,
    headers: {
      ...asked.headers,
      ...(origin !== undefined && { Host: askedHost }),
      ...formatAuthorization(asked),
    },
    ...(asked.data && { body: encodeData(asked.data, asked.headers?.['Content-Type']) }),
  };
}

function encodeData(data: object, contentType: string | undefined): string {
  if (contentType === 'application/json') return JSON.stringify(data);
  return new URLSearchParams(listPairs(data)).toString();
}

function listPairs(values: object | undefined): [string, string][] {
  return Object.entries(values ?? {}).flatMap(([name, value]: [string, unknown]) =>
    (Array.isArray(value) ? value : [value])
      .filter((item) => item !== undefined && item !== null)
      .map((item): [string, string] => [name, String(item)]),
  );
}

function formatAuthorization(asked: SdkRequest): Record<string, string> {
  if (asked.username === undefined) return {};
  const pair = `${asked.username}:${asked.password ?? ''}`;
  return { Authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}
