// Reads the address of a screen: its path says which one, its query which part of it.

/** The screens, in the order of their keys 1 to 6. */
export const SCREENS = ['phones', 'timeline', 'traces', 'webhooks', 'privacy', 'controls'] as const;

/** A screen of the page. */
export type PageScreen = (typeof SCREENS)[number];

/** What the address says. */
export interface PageRoute {
  readonly screen: PageScreen;
  /** The id of a trace or an exchange; undefined for the list. */
  readonly id: string | undefined;
  /** The event of a trace that is selected. */
  readonly event: number | undefined;
  readonly query: URLSearchParams;
}

/** Reads the address of a screen. An unknown one is the phones. */
export function readRoute(path: string, search: string): PageRoute {
  const query = new URLSearchParams(search);
  const [, first = '', second, third, fourth] = path.split('/').map(decodeSegment);
  if (first === 't' && second !== undefined) {
    const event = third === 'e' && /^\d+$/.test(fourth ?? '') ? Number(fourth) : undefined;
    return { screen: 'traces', id: second, event, query };
  }
  if (first === 'rest') {
    if (second === undefined) query.set('direction', 'rest');
    return { screen: 'webhooks', id: second, event: undefined, query };
  }
  const screen = SCREENS.find((one) => one === first) ?? 'phones';
  return { screen, id: screen === 'webhooks' ? second : undefined, event: undefined, query };
}

/** A segment that somebody typed may have a `%` that escapes nothing. */
function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
