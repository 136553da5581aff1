// Fills the placeholders of a behaviour: the two numbers, the app, the tag of the run, and what earlier steps saved.
import type { Values } from './behaviour.js';

/** The values of the placeholders, by name: `a` for `{a}`. */
export type Placeholders = ReadonlyMap<string, string>;

/**
 * Replaces each `{name}`. Braces around anything that is no name, as in JSON, stay.
 *
 * @throws Error (a bug of ours) for a name without a value.
 */
export function fill(template: string, values: Placeholders): string {
  return template.replace(/\{([a-z][A-Za-z0-9.]*)\}/g, (_all, name: string) => {
    const value = values.get(name);
    if (value === undefined) throw new Error(`no step saved {${name}}`);
    return value;
  });
}

/** Fills the placeholders of all values. */
export function fillValues(values: Values, placeholders: Placeholders): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'string' ? fill(value, placeholders) : value.map((one) => fill(one, placeholders)),
    ]),
  );
}
