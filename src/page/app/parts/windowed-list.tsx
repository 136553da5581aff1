// A long list of rows of one height, of which only those in view are in the document. One row is the list's Tab stop.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { findNextRow } from '../keys.js';

/** The height of a row, pixels, unless the list says another one. */
const ROW_HEIGHT = 28;

/** How many rows are kept above and below those in view. */
const MARGIN = 8;

/** How near to its followed end a list counts as being there, pixels. */
const NEAR_END = 40;

interface WindowedListProps {
  readonly label: string;
  readonly count: number;
  /** Draws a row, which is a link; its key is given by the list. */
  readonly row: (index: number, isTabStop: boolean) => ComponentChildren;
  /** The id of a row, so that it stays the same when others come before it. */
  readonly keyOf: (index: number) => string | number;
  /** The id of the row that is in view at first, and is the Tab stop. */
  readonly start?: string | number | undefined;
  /** Where new rows are added. Default: at the end. */
  readonly newest?: 'first' | 'last';
  /** Whether new rows stay in view. Otherwise the rows that are in view stay where they are. */
  readonly isFollowing: boolean;
  readonly onFollow: (isFollowing: boolean) => void;
  /** The height of a row, pixels. */
  readonly rowHeight?: number;
  /** Is called when the last row comes into view, and with each change of the rows while it is. */
  readonly onEnd?: () => void;
}

/** Shows the list in the height that it is given. Arrow keys, Home, End and the Page keys go from row to row. */
export function WindowedList(props: WindowedListProps) {
  const { label, count, row, keyOf, start, isFollowing, onFollow, onEnd } = props;
  const { newest = 'last', rowHeight = ROW_HEIGHT } = props;
  const box = useRef<HTMLDivElement>(null);
  const top = useSignal(0);
  const height = useSignal(600);
  /** The row at the upper edge, and how much of it is above. */
  const anchor = useRef<{ readonly key: string | number; readonly hidden: number } | undefined>(undefined);
  const active = useSignal(start);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => {
      height.value = element.clientHeight;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useLayoutEffect(() => {
    const element = box.current;
    if (element && isFollowing) element.scrollTop = newest === 'first' ? 0 : element.scrollHeight;
  }, [count, isFollowing]);

  // Rows that come before the ones that are read, or go, must not move them.
  useLayoutEffect(() => {
    const [element, kept] = [box.current, anchor.current];
    if (!element || !kept || isFollowing) return;
    if (keyAt(Math.floor(element.scrollTop / rowHeight)) === kept.key) return;
    const at = Array.from({ length: count }, (_, index) => keyOf(index)).indexOf(kept.key);
    if (at !== -1) element.scrollTop = at * rowHeight + kept.hidden;
  }, [count, keyAt(0)]);

  useLayoutEffect(() => {
    if (chosen !== -1) show(chosen);
  }, []);

  function keyAt(index: number): string | number | undefined {
    return index < count ? keyOf(index) : undefined;
  }

  const onScroll = () => {
    const element = box.current;
    if (!element) return;
    top.value = element.scrollTop;
    const key = keyAt(Math.floor(element.scrollTop / rowHeight));
    anchor.current = key === undefined ? undefined : { key, hidden: element.scrollTop % rowHeight };
    const toEnd = element.scrollHeight - element.scrollTop - element.clientHeight;
    const isAtNewest = (newest === 'first' ? element.scrollTop : toEnd) < NEAR_END;
    // A row with the focus stays in view.
    const mayFollow = isAtNewest && !element.contains(document.activeElement);
    if (mayFollow !== isFollowing) onFollow(mayFollow);
  };

  /** Scrolls a row into view. */
  function show(index: number): void {
    const element = box.current;
    if (!element) return;
    const rowTop = index * rowHeight;
    const lowest = rowTop + rowHeight - element.clientHeight;
    element.scrollTop = Math.min(rowTop, Math.max(lowest, element.scrollTop));
  }

  const onKeyDown = (event: KeyboardEvent) => {
    const perPage = Math.max(1, Math.floor(height.value / rowHeight) - 1);
    const next = findNextRow(event, { at: stop, count, perPage });
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    show(next);
    active.value = keyOf(next);
    hasMoved.current = true;
  };

  const hasMoved = useRef(false);
  useLayoutEffect(() => {
    if (!hasMoved.current) return;
    hasMoved.current = false;
    box.current?.querySelector<HTMLElement>('a[tabindex="0"]')?.focus({ preventScroll: true });
  }, [active.value]);

  const onFocusIn = ({ target }: FocusEvent) => {
    const index = Number((target as Element).closest('[aria-rowindex]')?.getAttribute('aria-rowindex')) - 1;
    if (index < 0) return;
    active.value = keyOf(index);
    if (isFollowing) onFollow(false);
  };

  const first = Math.max(0, Math.floor(top.value / rowHeight) - MARGIN);
  const last = Math.min(count, Math.ceil((top.value + height.value) / rowHeight) + MARGIN);
  useEffect(() => {
    if (count > 0 && last === count) onEnd?.();
  }, [last, count]);
  const indexes = Array.from({ length: Math.max(0, last - first) }, (_, offset) => first + offset);
  // Without a row that somebody chose, the first in view, or the newest if new rows stay in view.
  const newestAt = newest === 'last' ? count - 1 : 0;
  const inView = isFollowing ? newestAt : Math.min(count - 1, Math.ceil(top.value / rowHeight));
  const chosen = active.value === undefined ? -1 : findIndex(active.value, count, keyOf);
  const stop = chosen === -1 ? inView : chosen;
  // It stays in the document, so that it keeps the focus when it is scrolled out of view.
  if (stop >= 0 && stop < first) indexes.unshift(stop);
  if (stop >= last) indexes.push(stop);
  return (
    <div
      class="windowed"
      ref={box}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
      onFocusIn={onFocusIn}
      role="grid"
      aria-label={label}
      aria-rowcount={count}
    >
      <div class="windowed-space" role="rowgroup" style={{ height: `${count * rowHeight}px` }}>
        {indexes.map((index) => (
          <div
            key={keyOf(index)}
            class="windowed-row"
            role="row"
            aria-rowindex={index + 1}
            style={{ transform: `translateY(${index * rowHeight}px)`, height: `${rowHeight}px` }}
          >
            {row(index, index === stop)}
          </div>
        ))}
      </div>
    </div>
  );
}

function findIndex(key: string | number, count: number, keyOf: (index: number) => string | number): number {
  for (let index = count - 1; index >= 0; index -= 1) if (keyOf(index) === key) return index;
  return -1;
}
