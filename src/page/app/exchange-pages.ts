// Loads the list of exchanges page after page: the newest at first, earlier ones when somebody wants to see them.
import { batch, type ReadonlySignal, signal } from '@preact/signals';
import type { ExchangeReport } from '../../exchanges/report.js';
import type { Api } from './api.js';

/** How many exchanges are in a page. */
const PAGE_SIZE = 100;

/** How many are kept while new ones come; somebody who goes further back keeps more. */
const MAX_KEPT = 2000;

/** One list of exchanges, as far as it was loaded. */
export interface ExchangePages {
  /** Newest first, without holes. Undefined until the newest were loaded. */
  readonly loaded: ReadonlySignal<readonly ExchangeReport[] | undefined>;
  /** Whether the server may have earlier ones than those that were loaded. */
  readonly hasEarlier: ReadonlySignal<boolean>;
  /** Why the latest request failed; undefined if it did not. */
  readonly error: ReadonlySignal<unknown>;
  /** Loads what is new. Calls that come meanwhile are one more request together. */
  refresh(): Promise<void>;
  /** Loads one more page, if there is one. */
  loadEarlier(): Promise<void>;
  /** Forgets what was loaded, because the server would answer differently now, and loads the newest. */
  startAnew(): Promise<void>;
}

/**
 * Creates a list of which nothing is loaded.
 *
 * @param filter the query that chooses the exchanges: `direction=webhook`
 */
export function createExchangePages(api: Pick<Api, 'get'>, filter: string): ExchangePages {
  const loaded = signal<readonly ExchangeReport[] | undefined>(undefined);
  const hasEarlier = signal(false);
  const error = signal<unknown>(undefined);
  /** Answers to requests of an earlier generation are ignored. */
  let generation = 0;
  let [isRefreshing, isDue] = [false, false];
  let earlier: Promise<void> | undefined;

  /** Passes a page on, unless the list was started anew meanwhile. */
  async function load(before: string, take: (page: readonly ExchangeReport[]) => void): Promise<void> {
    const asked = generation;
    try {
      const page = await api.get<ExchangeReport[]>(`/exchanges?limit=${PAGE_SIZE}${before}&${filter}`);
      if (asked !== generation) return;
      batch(() => {
        error.value = undefined;
        take(page);
      });
    } catch (failure) {
      if (asked === generation) error.value = failure;
    }
  }

  function takeNewest(page: readonly ExchangeReport[]): void {
    const known = loaded.peek() ?? [];
    const last = page.at(-1)?.id ?? 0;
    const isWhole = page.length < PAGE_SIZE;
    // More than a page may be new: then the known ones would follow after a hole.
    const isJoined = known.some(({ id }) => id >= last);
    const rest = isWhole || !isJoined ? [] : known.filter(({ id }) => id < last);
    const all = [...page, ...rest];
    const most = Math.max(MAX_KEPT, known.length);
    loaded.value = all.slice(0, most);
    hasEarlier.value = !isWhole && (rest.length === 0 || all.length > most || hasEarlier.peek());
  }

  async function refresh(): Promise<void> {
    isDue = true;
    if (isRefreshing) return;
    isRefreshing = true;
    while (isDue) {
      isDue = false;
      await load('', takeNewest);
    }
    isRefreshing = false;
  }

  function loadEarlier(): Promise<void> {
    const last = loaded.peek()?.at(-1);
    if (!last || !hasEarlier.peek()) return Promise.resolve();
    earlier ??= load(`&before=${last.id}`, (page) => {
      const known = loaded.peek() ?? [];
      // A refresh may have replaced the list meanwhile: the page would follow after a hole.
      if (known.at(-1)?.id !== last.id) return;
      loaded.value = [...known, ...page];
      hasEarlier.value = page.length === PAGE_SIZE;
    }).finally(() => {
      earlier = undefined;
    });
    return earlier;
  }

  return {
    loaded,
    hasEarlier,
    error,
    refresh,
    loadEarlier,
    startAnew: () => {
      generation += 1;
      batch(() => {
        loaded.value = undefined;
        hasEarlier.value = false;
      });
      return refresh();
    },
  };
}

/** Returns a function that returns the list of a filter, always the same one. */
export function createExchangeLists(api: Pick<Api, 'get'>): (filter: string) => ExchangePages {
  const lists = new Map<string, ExchangePages>();
  return (filter) => {
    const known = lists.get(filter) ?? createExchangePages(api, filter);
    lists.set(filter, known);
    return known;
  };
}
