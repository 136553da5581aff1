// Decides what becomes of a text or a call to a mask, checking in the order in which Firefox Relay does.

/** What is known of a mask when something comes to it. */
export interface MaskState {
  readonly enabled: boolean;
  /** How many texts may still be relayed. */
  readonly textsLeft: number;
  /** How many seconds of calls may still be connected; below 0 when the last call took longer. */
  readonly secondsLeft: number;
  readonly realNumber: string;
}

/** What becomes of a text. */
type TextDecision = 'out-of-texts' | 'reply' | 'disabled' | 'blocked' | 'forward';

/** What becomes of a call. */
type CallDecision = 'disabled' | 'out-of-seconds' | 'blocked' | 'connect';

/** @param isBlocked whether the sender is a contact that was blocked; asked only where it decides */
export function decideText(mask: MaskState, from: string, isBlocked: () => boolean): TextDecision {
  if (mask.textsLeft <= 0) return 'out-of-texts';
  if (from === mask.realNumber) return 'reply';
  if (!mask.enabled) return 'disabled';
  return isBlocked() ? 'blocked' : 'forward';
}

/** @param isBlocked whether the caller is a contact that was blocked; asked only where it decides */
export function decideCall(mask: MaskState, isBlocked: () => boolean): CallDecision {
  if (!mask.enabled) return 'disabled';
  if (mask.secondsLeft <= 0) return 'out-of-seconds';
  return isBlocked() ? 'blocked' : 'connect';
}
