// A long list of rows of one height, of which only those in view are in the document.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** The height of a row, pixels. */
export const ROW_HEIGHT = 28;

/** How many rows are kept above and below those in view. */
const MARGIN = 8;

/** How near to the end a list counts as being at its end, pixels. */
const NEAR_END = 40;

interface WindowedListProps {
  readonly label: string;
  readonly count: number;
  /** Draws a row; its key is given by the list. */
  readonly row: (index: number) => ComponentChildren;
  /** The id of a row, so that it stays the same when others come before it. */
  readonly keyOf: (index: number) => string | number;
  /** The row that is selected; it is scrolled into view when it changes. */
  readonly selected?: number | undefined;
  /** Whether the end stays in view when rows are added. */
  readonly isFollowing: boolean;
  readonly onFollow: (isFollowing: boolean) => void;
}

/** Shows the list in the height that it is given. */
export function WindowedList(props: WindowedListProps) {
  const { label, count, row, keyOf, selected, isFollowing, onFollow } = props;
  const box = useRef<HTMLDivElement>(null);
  const top = useSignal(0);
  const height = useSignal(600);
  /** The row at the upper edge, and how much of it is above. */
  const anchor = useRef<{ readonly key: string | number; readonly hidden: number } | undefined>(undefined);

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
    if (element && isFollowing) element.scrollTop = element.scrollHeight;
  }, [count, isFollowing]);

  // Rows that come before the ones that are read, or go, must not move them.
  useLayoutEffect(() => {
    const [element, kept] = [box.current, anchor.current];
    if (!element || !kept || isFollowing) return;
    if (keyAt(Math.floor(element.scrollTop / ROW_HEIGHT)) === kept.key) return;
    const at = Array.from({ length: count }, (_, index) => keyOf(index)).indexOf(kept.key);
    if (at !== -1) element.scrollTop = at * ROW_HEIGHT + kept.hidden;
  }, [count, keyAt(0)]);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element || selected === undefined || selected < 0) return;
    const start = selected * ROW_HEIGHT;
    if (start < element.scrollTop) element.scrollTop = start;
    const end = start + ROW_HEIGHT - element.clientHeight;
    if (end > element.scrollTop) element.scrollTop = end;
  }, [selected]);

  function keyAt(index: number): string | number | undefined {
    return index < count ? keyOf(index) : undefined;
  }

  const onScroll = () => {
    const element = box.current;
    if (!element) return;
    top.value = element.scrollTop;
    const key = keyAt(Math.floor(element.scrollTop / ROW_HEIGHT));
    anchor.current = key === undefined ? undefined : { key, hidden: element.scrollTop % ROW_HEIGHT };
    const isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END;
    if (isAtEnd !== isFollowing) onFollow(isAtEnd);
  };

  const first = Math.max(0, Math.floor(top.value / ROW_HEIGHT) - MARGIN);
  const last = Math.min(count, Math.ceil((top.value + height.value) / ROW_HEIGHT) + MARGIN);
  const indexes = Array.from({ length: Math.max(0, last - first) }, (_, offset) => first + offset);
  return (
    <div
      class="windowed"
      ref={box}
      onScroll={onScroll}
      role="table"
      aria-label={label}
      aria-rowcount={count}
      tabIndex={0}
    >
      <div class="windowed-space" role="rowgroup" style={{ height: `${count * ROW_HEIGHT}px` }}>
        {indexes.map((index) => (
          <div
            key={keyOf(index)}
            class="windowed-row"
            role="row"
            aria-rowindex={index + 1}
            style={{ transform: `translateY(${index * ROW_HEIGHT}px)` }}
          >
            {row(index)}
          </div>
        ))}
      </div>
    </div>
  );
}
