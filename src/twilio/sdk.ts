// The official SDK's client with only the products that start-up needs: all forty would double the start-up time.
import BaseTwilio from 'twilio/lib/base/BaseTwilio.js';
import ApiModule from 'twilio/lib/rest/Api.js';
import PricingModule from 'twilio/lib/rest/Pricing.js';
import type { SdkRequest, SdkResponse } from '../http/sdk-request.js';

export type { ApplicationInstance } from 'twilio/lib/rest/api/v2010/account/application.js';

type Api = typeof ApiModule.prototype;
type Pricing = typeof PricingModule.prototype;
/** The resources of one account, as the SDK offers them. */
type Account = Api['v2010']['account'];

/** The SDK's client for one account. */
export class TwilioClient extends BaseTwilio.Client {
  /** The resources of the 2010 API that belong to the account. */
  readonly account: Account;
  /** The Pricing API. */
  readonly pricing: Pricing;

  /**
   * @param transport sends the requests; see `createTransport`
   * @param agents what the `User-Agent` ends with
   */
  constructor(
    accountSid: string,
    authToken: string,
    transport: { request(asked: SdkRequest): Promise<SdkResponse> },
    agents: readonly string[],
  ) {
    // The SDK's type is its axios-based class; all it ever calls on it is `request`.
    super(accountSid, authToken, { httpClient: transport as never, userAgentExtensions: [...agents] });
    this.account = new ApiModule(this).v2010.account;
    this.pricing = new PricingModule(this);
  }
}
