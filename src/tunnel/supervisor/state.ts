// What a kept tunnel tells of itself.

/** How a kept tunnel stands; `delay` in milliseconds. */
export type TunnelState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'up'; readonly publicBase: string }
  /** Only with a proof: the public base was seen to lead here. */
  | { readonly kind: 'proven'; readonly publicBase: string }
  | { readonly kind: 'lost'; readonly why: string }
  | { readonly kind: 'retrying'; readonly why: string; readonly delay: number }
  /** The end: another attempt would go the same way. */
  | { readonly kind: 'refused'; readonly error: Error };
