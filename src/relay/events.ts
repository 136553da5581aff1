// What happens in a relay, as those who watch it are told. Numbers are whole here: who shows them hides them.

/** One thing that happened. */
export type RelayEvent =
  | {
      readonly kind: 'text.came' | 'reply.came';
      readonly from: string;
      readonly mask: string;
      /** Characters; what it says is nobody else's business. */
      readonly length: number;
      readonly media: number;
    }
  | {
      readonly kind: 'text.dropped' | 'reply.refused' | 'call.refused';
      readonly from: string;
      readonly mask: string;
      readonly why: string;
    }
  | { readonly kind: 'call.came'; readonly from: string; readonly mask: string }
  | { readonly kind: 'call.ended'; readonly mask: string; readonly seconds: number }
  | { readonly kind: 'text.sent'; readonly from: string; readonly to: string; readonly sid: string }
  | {
      readonly kind: 'text.status';
      readonly sid: string;
      readonly status: string;
      readonly errorCode?: string;
    }
  | { readonly kind: 'forgotten'; readonly sid: string }
  | {
      /** `postponed` is tried again later. */
      readonly kind: 'postponed' | 'refused' | 'given-up';
      readonly what: string;
      readonly why: string;
    }
  | { readonly kind: 'code.sent'; readonly from: string; readonly to: string }
  | { readonly kind: 'phone.verified'; readonly number: string }
  | { readonly kind: 'mask.bought'; readonly mask: string }
  | { readonly kind: 'caught-up'; readonly texts: number }
  | { readonly kind: 'repeated'; readonly path: string }
  | { readonly kind: 'turned-away'; readonly path: string; readonly status: number; readonly why: string };
