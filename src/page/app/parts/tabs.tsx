// Tabs, by https://www.w3.org/WAI/ARIA/apg/patterns/tabs/: one Tab stop, arrow keys from tab to tab.
import type { ComponentChildren } from 'preact';

interface TabsProps<Name extends string> {
  readonly label: string;
  /** What each tab is called in the code, and what is written on it. */
  readonly tabs: readonly (readonly [name: Name, words: ComponentChildren])[];
  readonly selected: Name;
  readonly onSelect: (name: Name) => void;
  readonly class?: string;
}

/** Shows tabs; the id of each is `tab-` and its name. */
export function Tabs<Name extends string>(props: TabsProps<Name>) {
  const { label, tabs, selected, onSelect } = props;
  const onKeyDown = (event: KeyboardEvent) => {
    const at = tabs.findIndex(([name]) => name === selected);
    const moves: Readonly<Record<string, number>> = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      Home: 0,
      End: tabs.length - 1,
    };
    const next = tabs[((moves[event.key] ?? Number.NaN) + tabs.length) % tabs.length];
    if (!next || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    onSelect(next[0]);
    (event.currentTarget as Element).querySelector<HTMLElement>(`#${CSS.escape(`tab-${next[0]}`)}`)?.focus();
  };
  return (
    <div class={props.class ?? 'tabs'} role="tablist" aria-label={label} onKeyDown={onKeyDown}>
      {tabs.map(([name, words]) => (
        <button
          key={name}
          id={`tab-${name}`}
          type="button"
          role="tab"
          aria-selected={name === selected}
          tabIndex={name === selected ? 0 : -1}
          onClick={() => onSelect(name)}
        >
          {words}
        </button>
      ))}
    </div>
  );
}
