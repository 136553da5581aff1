// The agent for requests through a proxy, with a timeout for a proxy that hangs: nothing else would end that connection.
import type { ClientRequest } from 'node:http';
import { HttpsProxyAgent } from 'https-proxy-agent';

type Options = Parameters<HttpsProxyAgent<string>['connect']>[1];

/** An HttpsProxyAgent that gives the proxy `timeoutMs` milliseconds to connect. */
export class ProxyAgent extends HttpsProxyAgent<string> {
  readonly #timeoutMs: number;

  constructor(proxy: string | URL, timeoutMs: number) {
    super(proxy as string);
    this.#timeoutMs = timeoutMs;
  }

  override async connect(request: ClientRequest, options: Options) {
    const over = new AbortController();
    const timer = setTimeout(() => over.abort(), this.#timeoutMs);
    try {
      return await new HttpsProxyAgent(this.proxy, { signal: over.signal }).connect(request, options);
    } catch (error) {
      throw over.signal.aborted ? this.#createTimeoutError() : error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** The error that the system has for a host that does not answer. */
  #createTimeoutError(): Error {
    const { host: address, port } = this.connectOpts;
    return Object.assign(new Error('the proxy does not answer'), { code: 'ETIMEDOUT', address, port });
  }
}
