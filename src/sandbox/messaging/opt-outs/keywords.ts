// The keywords with which a phone opts out of texts and in again, and Twilio's own replies to them.

/** What a keyword does: opt out, opt in, or ask for help. */
export type Keyword = 'STOP' | 'START' | 'HELP';

const KEYWORDS: Readonly<Record<Keyword, readonly string[]>> = {
  STOP: ['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT'],
  START: ['START', 'YES', 'UNSTOP'],
  HELP: ['HELP', 'INFO'],
};

const REPLIES: Readonly<Record<Keyword, string>> = {
  STOP: 'You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to resubscribe.',
  START:
    'You have successfully been re-subscribed to messages from this number. Reply HELP for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply.',
  HELP: 'Reply STOP to unsubscribe. Msg&Data Rates May Apply.',
};

/** The toll-free network handles keywords itself, and knows only two. */
const TOLL_FREE_KEYWORDS: Readonly<Record<string, Keyword>> = { STOP: 'STOP', UNSTOP: 'START' };

const TOLL_FREE_REPLIES: Readonly<Record<string, string>> = {
  STOP: 'NETWORK MSG: You replied with the word "stop" which blocks all texts sent from this number. Text back "unstop" to receive messages again.',
  START: 'NETWORK MSG: You have replied "unstop" and will begin receiving messages again from this number.',
};

/**
 * The keyword of a text; undefined unless the whole text is a keyword, in any case.
 * See https://help.twilio.com/articles/223134027.
 */
export function findKeyword(body: string, isTollFree: boolean): Keyword | undefined {
  const word = body.trim().toUpperCase();
  if (isTollFree) return Object.hasOwn(TOLL_FREE_KEYWORDS, word) ? TOLL_FREE_KEYWORDS[word] : undefined;
  return (['STOP', 'START', 'HELP'] as const).find((keyword) => KEYWORDS[keyword].includes(word));
}

/** The reply to a keyword; undefined if the toll-free network does not reply to it. */
export function findKeywordReply(keyword: Keyword, isTollFree: boolean): string | undefined {
  return isTollFree ? TOLL_FREE_REPLIES[keyword] : REPLIES[keyword];
}
