// Where the files that a message shows can be fetched from the sandbox.

import { accountPath } from '../../server/paths.js';
import type { World } from '../../world.js';

/** A file of a message. */
export interface MediaLink {
  readonly contentType: string;
  /** Without authentication. Where Twilio would show an address of its own, this is the sandbox's. */
  readonly url: string;
}

/** The files of a message, in its order. */
export function linkMedia(
  { media, accountSid, origin }: Pick<World, 'media' | 'accountSid' | 'origin'>,
  messageSid: string,
): MediaLink[] {
  const folder = `${origin()}${accountPath(accountSid)}/Messages/${messageSid}/Media`;
  return media.all(messageSid).map(({ sid, contentType }) => ({ contentType, url: `${folder}/${sid}` }));
}
