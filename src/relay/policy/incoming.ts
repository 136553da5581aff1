// Decides what happens to a text or call to a mask, with Firefox Relay's checks in Firefox Relay's order.

/** The state of a mask that the decisions depend on. */
export interface MaskState {
  readonly enabled: boolean;
  /** Texts left in this billing cycle. */
  readonly textsLeft: number;
  /** Seconds of calls left in this billing cycle; negative if the last call took longer. */
  readonly secondsLeft: number;
  readonly realNumber: string;
}

type TextDecision = 'out-of-texts' | 'reply' | 'disabled' | 'blocked' | 'forward';

type CallDecision = 'disabled' | 'out-of-seconds' | 'blocked' | 'connect';

/** Decides what happens to a text. @param isBlocked true if the contact is blocked; called only if it matters */
export function decideText(mask: MaskState, from: string, isBlocked: () => boolean): TextDecision {
  if (mask.textsLeft <= 0) return 'out-of-texts';
  if (from === mask.realNumber) return 'reply';
  if (!mask.enabled) return 'disabled';
  return isBlocked() ? 'blocked' : 'forward';
}

/** Decides what happens to a call. @param isBlocked true if the contact is blocked; called only if it matters */
export function decideCall(mask: MaskState, isBlocked: () => boolean): CallDecision {
  if (!mask.enabled) return 'disabled';
  if (mask.secondsLeft <= 0) return 'out-of-seconds';
  return isBlocked() ? 'blocked' : 'connect';
}
