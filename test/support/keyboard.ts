// The keyboard of somebody who has no mouse: Tab to a control, and what the Tab key stops at on a screen.
import type { Locator, Page } from 'playwright-core';

/** How often Tab is pressed at most to reach something. */
const MAX_TABS = 150;

/** How often a screen is walked through at most that changes meanwhile. */
const MAX_WALKS = 3;

/** What is wrong with the Tab stops of a screen, each in a sentence, and how many there are. */
export interface TabWalk {
  readonly problems: readonly string[];
  readonly count: number;
}

/** Presses Tab until an element has the focus. @throws an Error if it is never reached */
export async function tabTo(tab: Page, target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  await target.first().waitFor();
  for (let pressed = 0; pressed < MAX_TABS; pressed += 1) {
    if (await hasFocus(target)) return;
    await tab.keyboard.press(key);
  }
  throw new Error(`${MAX_TABS} times ${key} did not lead to ${target}`);
}

/** Whether one of the elements has the focus. */
export async function hasFocus(target: Locator): Promise<boolean> {
  return target.evaluateAll((all) => all.some((one) => one.matches(':focus')));
}

/**
 * Presses Tab through a screen, from its start to its end, and looks at each stop. If the stops are others at the end,
 * because a part of the screen was loaded meanwhile, it walks again.
 */
export async function walkTabs(tab: Page): Promise<TabWalk> {
  for (let walked = 1; ; walked += 1) {
    const walk = await walkOnce(tab);
    if (walked === MAX_WALKS || (await tab.evaluate('tabWalk.isUnchanged()'))) return walk;
  }
}

async function walkOnce(tab: Page): Promise<TabWalk> {
  while (!(await tab.evaluate('document.activeElement === document.body'))) await tab.keyboard.press('Tab');
  await tab.evaluate(PREPARE);
  const count = await tab.evaluate<number>('tabWalk.stops.length');
  const problems: string[] = [];
  for (let index = 0; index < count; index += 1) {
    await tab.keyboard.press('Tab');
    problems.push(...(await tab.evaluate<string[]>(`tabWalk.check(${index})`)));
  }
  await tab.keyboard.press('Tab');
  if (await tab.evaluate('tabWalk.stops.slice(1).includes(document.activeElement)')) {
    problems.push('the last Tab does not leave the screen');
  }
  return { problems: [...(await tab.evaluate<string[]>('tabWalk.compareOrder()')), ...problems], count };
}

/** Runs in the page: lists what Tab should stop at, in the order of the document, before the first Tab. */
const PREPARE = `globalThis.tabWalk = (() => {
  const SELECTOR = 'a[href], button, input, select, textarea, summary, [tabindex]';
  const isStop = (element) =>
    element.tabIndex >= 0 && !element.matches(':disabled') && element.closest('[inert]') === null &&
    element.checkVisibility({ visibilityProperty: true }) &&
    !(element.type === 'radio' && !element.checked && document.querySelector('input[name="' + element.name + '"]:checked'));
  const scope = document.querySelector('dialog[open]') ?? document;
  const listStops = () => [...scope.querySelectorAll(SELECTOR)].filter(isStop);
  const stops = listStops();
  const isUnchanged = () => {
    const now = listStops();
    return now.length === stops.length && now.every((stop, at) => stop === stops[at]);
  };
  const describe = (element) => element === document.body || !element ? 'nothing' :
    element.tagName.toLowerCase() + ' "' +
    (element.getAttribute('aria-label') ?? element.textContent).trim().slice(0, 40) + '"';
  const rects = new Map();
  const rectOf = (element) => element.getBoundingClientRect();
  const below = (outer, inner) => {
    let element = inner;
    while (element.parentElement !== outer) element = element.parentElement;
    return element;
  };
  const isBefore = (one, other) => {
    if (one.bottom <= other.top + 1) return true;
    const overlap = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
    return overlap > Math.min(one.height, other.height) / 2 && one.right <= other.left + 1;
  };
  const orders = stops.slice(1).flatMap((stop, at) => {
    const before = stops[at];
    if (before.contains(stop)) return [];
    let around = before.parentElement;
    while (!around.contains(stop)) around = around.parentElement;
    const [one, other] = [below(around, before), below(around, stop)];
    return isBefore(rectOf(other), rectOf(one)) ? [describe(stop) + ' is seen before ' + describe(before)] : [];
  });
  const check = (index) => {
    const [element, active] = [stops[index], document.activeElement];
    const name = describe(element);
    if (element !== active) return ['not ' + name + ' but ' + describe(active) + ' has the focus'];
    const problems = [];
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    if (outlineStyle === 'none' || parseFloat(outlineWidth) < 2) problems.push(name + ' shows no focus');
    const [rect] = element.getClientRects();
    const hits = [0.5, 0.05, 0.25, 0.75, 0.95].map((part) =>
      document.elementFromPoint(rect.left + rect.width / 2, rect.top + rect.height * part));
    const [hit] = hits;
    if (hits.every((one) => !one)) problems.push(name + ' has the focus out of view');
    else if (!hits.some((one) => element.contains(one))) problems.push(name + ' is covered by ' + describe(hit) + ' ' + hit?.className);
    if (element.ariaHidden === 'true' || element.closest('[aria-hidden="true"]')) problems.push(name + ' is hidden from readers');
    return problems;
  };
  return { stops, check, compareOrder: () => orders, isUnchanged };
})()`;

/** Returns what is smaller than 24 by 24 pixels among what can be pressed, links within sentences excepted (WCAG 2.5.8). */
export async function findSmallTargets(tab: Page, pixels = 24, scope = 'body'): Promise<string[]> {
  return tab.evaluate(`[...document.querySelectorAll(${JSON.stringify(scope)})].flatMap((root) =>
    [...root.querySelectorAll('a[href], button, input, select, textarea, summary, [role="treeitem"]')].flatMap((element) => {
      if (!element.checkVisibility()) return [];
      const isInText = element.matches('a') && getComputedStyle(element).display === 'inline' &&
        [...element.parentElement.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '');
      if (isInText) return [];
      const target = element.matches('[type="radio"], [type="checkbox"]') ? element.closest('label') : element;
      const { width, height } = target.getBoundingClientRect();
      return width < ${pixels} || height < ${pixels}
        ? [element.tagName.toLowerCase() + ' "' + element.textContent.trim().slice(0, 30) + '" is ' + width.toFixed(1) + ' × ' + height.toFixed(1)]
        : [];
    }))`);
}
