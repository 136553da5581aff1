// A long list of rows of one height, of which only those in view are in the document.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

/** The height of a row, pixels, unless the list says another one. */
const ROW_HEIGHT = 28;

/** How many rows are kept above and below those in view. */
const MARGIN = 8;

/** How near to its followed end a list counts as being there, pixels. */
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

/** Shows the list in the height that it is given. */
export function WindowedList(props: WindowedListProps) {
  const { label, count, row, keyOf, selected, isFollowing, onFollow, onEnd } = props;
  const { newest = 'last', rowHeight = ROW_HEIGHT } = props;
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
    const element = box.current;
    if (!element || selected === undefined || selected < 0) return;
    const start = selected * rowHeight;
    if (start < element.scrollTop) element.scrollTop = start;
    const end = start + rowHeight - element.clientHeight;
    if (end > element.scrollTop) element.scrollTop = end;
  }, [selected]);

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
    if (isAtNewest !== isFollowing) onFollow(isAtNewest);
  };

  const first = Math.max(0, Math.floor(top.value / rowHeight) - MARGIN);
  const last = Math.min(count, Math.ceil((top.value + height.value) / rowHeight) + MARGIN);
  useEffect(() => {
    if (count > 0 && last === count) onEnd?.();
  }, [last, count]);
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
      <div class="windowed-space" role="rowgroup" style={{ height: `${count * rowHeight}px` }}>
        {indexes.map((index) => (
          <div
            key={keyOf(index)}
            class="windowed-row"
            role="row"
            aria-rowindex={index + 1}
            style={{ transform: `translateY(${index * rowHeight}px)`, height: `${rowHeight}px` }}
          >
            {row(index)}
          </div>
        ))}
      </div>
    </div>
  );
}
