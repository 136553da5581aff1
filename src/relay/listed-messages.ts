// Reads Twilio's list of messages from its newest on, no further back than needed.
import type { TwilioClient } from '../twilio/client.js';

type Messages = TwilioClient['account']['messages'];
type Page = Awaited<ReturnType<Messages['page']>>;

/** A message as Twilio lists it. */
export type ListedMessage = Page['instances'][number];

const PAGE_SIZE = 100;

/**
 * The messages that match, newest first, up to the first that was created before `oldest`.
 *
 * @param oldest milliseconds since 1970
 * @throws what the SDK throws
 */
export async function* listTwilioMessages(
  { account }: TwilioClient,
  filter: { readonly from?: string; readonly to: string },
  oldest: number,
): AsyncGenerator<ListedMessage> {
  let page: Page | undefined = await account.messages.page({ ...filter, pageSize: PAGE_SIZE });
  while (page) {
    for (const message of page.instances) {
      if (message.dateCreated.getTime() < oldest) return;
      yield message;
    }
    page = (await page.nextPage()) as Page | undefined;
  }
}
