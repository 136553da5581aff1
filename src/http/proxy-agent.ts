// The agent for requests through a proxy: it gives up a proxy that hangs, whose connection nothing else would end.
import type { ClientRequest } from 'node:http';
import { HttpsProxyAgent } from 'https-proxy-agent';

type Options = Parameters<HttpsProxyAgent<string>['connect']>[1];

/** As its base, with `limit` milliseconds for the proxy to connect. */
export class ProxyAgent extends HttpsProxyAgent<string> {
  readonly #limit: number;

  constructor(proxy: string | URL, limit: number) {
    super(proxy as string);
    this.#limit = limit;
  }

  override async connect(request: ClientRequest, options: Options) {
    const over = new AbortController();
    const timer = setTimeout(() => over.abort(), this.#limit);
    try {
      return await new HttpsProxyAgent(this.proxy, { signal: over.signal }).connect(request, options);
    } catch (error) {
      throw over.signal.aborted ? this.#describeSilence() : error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** As the system describes a host that does not answer. */
  #describeSilence(): Error {
    const { host: address, port } = this.connectOpts;
    return Object.assign(new Error('the proxy does not answer'), { code: 'ETIMEDOUT', address, port });
  }
}
