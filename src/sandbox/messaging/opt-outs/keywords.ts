// The words with which a phone stops texts and takes them again, and what is answered by itself.

/** What a keyword does. */
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

/** Toll-free numbers are looked after by their network, which knows two words. */
const TOLL_FREE_KEYWORDS: Readonly<Record<string, Keyword>> = { STOP: 'STOP', UNSTOP: 'START' };

const TOLL_FREE_REPLIES: Readonly<Record<string, string>> = {
  STOP: 'NETWORK MSG: You replied with the word "stop" which blocks all texts sent from this number. Text back "unstop" to receive messages again.',
  START: 'NETWORK MSG: You have replied "unstop" and will begin receiving messages again from this number.',
};

/**
 * The keyword that a text is: the whole of it, in any case. Undefined for every other text.
 * See https://help.twilio.com/articles/223134027.
 */
export function findKeyword(body: string, isTollFree: boolean): Keyword | undefined {
  const word = body.trim().toUpperCase();
  if (isTollFree) return Object.hasOwn(TOLL_FREE_KEYWORDS, word) ? TOLL_FREE_KEYWORDS[word] : undefined;
  return (['STOP', 'START', 'HELP'] as const).find((keyword) => KEYWORDS[keyword].includes(word));
}

/** What is answered to a keyword; undefined for what a network leaves unanswered. */
export function findKeywordReply(keyword: Keyword, isTollFree: boolean): string | undefined {
  return isTollFree ? TOLL_FREE_REPLIES[keyword] : REPLIES[keyword];
}
