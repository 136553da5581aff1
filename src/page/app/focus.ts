// Keeps the keyboard's focus: it moves on when its element goes away, to the heading of another screen, and back to what led there.
import { effect } from '@preact/signals';
import { findOpeners, type Opener, readOpener, route } from './route.js';

/** What the Tab key stops at, and what takes the focus of its content when that goes away. */
const FOCUSABLE = 'a[href], button, input, select, textarea, summary, [tabindex]';

/** Where an element was: its place among the children of each element around it. */
type Trail = readonly { readonly around: Element; readonly index: number }[];

/** Watches the document. To be called once. */
export function keepFocus(): void {
  let last: Element | undefined;
  let trail: Trail = [];
  // It had the focus before something covered it, such as a call.
  let covered: Element | undefined;
  let isNewScreen = false;
  let opener: Opener | undefined;
  let address: string | undefined;

  function onFocus(event: FocusEvent): void {
    const element = event.target as Element;
    // Somebody went on: what led to the screen may still be loading.
    if (!element.matches('h1')) [isNewScreen, opener] = [false, undefined];
    remember(element);
  }

  function remember(element: Element): void {
    last = element;
    trail = findTrail(element);
  }

  function onChange(): void {
    const active = document.activeElement;
    const isLost = active === null || active === document.body || !isUsable(active);
    if (!isLost && active !== last) remember(active);
    const found = opener && (isLost || active.matches('h1')) && findOpener(opener);
    if (found) found.focus();
    else if (!isLost) trail = findTrail(active);
    else if (isNewScreen) document.querySelector<HTMLElement>('main h1')?.focus();
    else if (last && !isUsable(last)) moveOn(last);
  }

  /** What was covered is there again, or something else comes nearest. */
  function moveOn(lost: Element): void {
    const next = covered && isUsable(covered) ? covered : findNearest(trail);
    covered = lost.isConnected ? lost : undefined;
    (next as HTMLElement | undefined)?.focus();
  }

  addEventListener('focusin', onFocus);
  new MutationObserver(onChange).observe(document.body, {
    subtree: true,
    childList: true,
    attributeFilter: ['inert', 'disabled'],
  });
  effect(() => {
    const { screen, id } = route.value;
    const shown = `${screen} ${id}`;
    if (address !== undefined && shown !== address) [isNewScreen, opener] = [true, readOpener()];
    address = shown;
  });
}

/** Whether an element is in the document, enabled and not covered. */
function isUsable(element: Element): boolean {
  return element.isConnected && !element.matches(':disabled') && element.closest('[inert]') === null;
}

function findTrail(element: Element): Trail {
  const trail: { around: Element; index: number }[] = [];
  let inner = element;
  while (inner.parentElement && inner.parentElement !== document.body) {
    const around = inner.parentElement;
    trail.push({ around, index: [...around.children].indexOf(inner) });
    inner = around;
  }
  return trail;
}

/** What now is where the element was, behind it or before it, else around it. */
function findNearest(trail: Trail): HTMLElement | undefined {
  for (const { around, index } of trail) {
    if (!isUsable(around)) continue;
    if (around.matches('[tabindex="-1"]')) return around as HTMLElement;
    const children = [...around.children];
    for (const child of [...children.slice(index), ...children.slice(0, index).reverse()]) {
      const found = [child, ...child.querySelectorAll(FOCUSABLE)].find(
        (one) => one.matches(FOCUSABLE) && isUsable(one) && one.checkVisibility(),
      );
      if (found) return found as HTMLElement;
    }
  }
  return undefined;
}

function findOpener(opener: Opener): HTMLElement | undefined {
  const found = findOpeners(opener);
  const element = found[opener.index] ?? found[0];
  return element?.checkVisibility() ? (element as HTMLElement) : undefined;
}
