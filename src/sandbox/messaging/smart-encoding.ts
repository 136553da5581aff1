// Smart encoding: replaces typographic characters so that a text fits into GSM-7 and takes fewer segments.
import { isGsm } from './segments.js';

/** The replacements, each with the characters that it replaces; see https://www.twilio.com/docs/messaging/services/smart-encoding-char-list. */
const TABLE: readonly (readonly [replacement: string, characters: string])[] = [
  ['"', '«»“”„‟ʺˮ❝❞〝〞'],
  ["'", '‘’‛ʻˈʼʽʹ´ˊ`ˋ❛❜\u0313\u0314\ufe10\ufe11'],
  ['1/4', '¼'],
  ['1/2', '½'],
  ['3/4', '¾'],
  ['/', '÷⧸⁄∕\u0337\u0338'],
  ['\\', '⧹⧵\u20e5\ufe68'],
  ['_', '‗\u0332'],
  ['|', '∣⎸⎹⏐⎜⎟\u20d2\u20d3'],
  ['-', '–—―‐•⁃⎼⎽\ufe63'],
  ['@', '\ufe6b'],
  ['$', '\ufe69'],
  ['!!', '‼'],
  ['!', 'ǃ\ufe15\ufe57'],
  ['#', '\ufe5f'],
  ['%', '\ufe6a'],
  ['&', '\ufe60'],
  [',', '‚、\u0326\ufe50\ufe51\uff64'],
  ['(', '❨❪⟮⦅\ufe59'],
  [')', '❩❫⟯⦆\ufe5a'],
  ['*', '⁎∗⊛✢✣✤✥✱✲✳✺✻✼✽❃❉❊❋⧆\ufe61'],
  ['+', '˖\ufe62'],
  ['...', '…'],
  ['.', '。\ufe52\uff61'],
  [':', 'ː˸⦂꞉\ufe13'],
  [';', '⁏\ufe14\ufe54'],
  ['<', '›\ufe64'],
  ['=', '꞊\u0347\ufe66'],
  ['>', '‹\ufe65'],
  ['?', '\ufe16\ufe56'],
  ['^', 'ˆ\u0302\u1dcd'],
  ['{', '❴\ufe5b'],
  ['}', '❵\ufe5c'],
  ['~', '˜˷∼\u0303\u0330\u0334'],
  [' ', '\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000'],
  ['', '\u200b\u2028\u2029\u2060\ufeff'],
];

const SMALL_CAPITALS = 'ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ';
const CAPITALS = 'ABCDEFGHIJKLMNOPRSTUVWYZ';

const REPLACEMENTS = new Map<string, string>([
  ...TABLE.flatMap(([replacement, characters]) =>
    [...characters].map((character) => [character, replacement] as const),
  ),
  ...[...SMALL_CAPITALS].map((character, index) => [character, CAPITALS.charAt(index)] as const),
]);

/** The difference between the code points of a full-width character and its ASCII form. */
const FULL_WIDTH_OFFSET = 0xfee0;

/**
 * Replaces characters so that the text fits into GSM-7. If that is not enough, for example because of an emoji, returns
 * the text unchanged. See https://www.twilio.com/docs/messaging/services#smart-encoding.
 */
export function encodeSmartly(body: string): string {
  if (isGsm(body)) return body;
  const encoded = [...body].map(replace).join('');
  return isGsm(encoded) ? encoded : body;
}

function replace(character: string): string {
  const isWide = character >= '\uff01' && character <= '\uff5e';
  return isWide
    ? String.fromCharCode(character.charCodeAt(0) - FULL_WIDTH_OFFSET)
    : (REPLACEMENTS.get(character) ?? character);
}
