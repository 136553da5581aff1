// A card with a control, and the small parts that several of them have.
import type { Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { Lab } from '../../lab.js';

/** What each control gets. */
export interface CardProps {
  readonly lab: Lab;
  /** Does something, shows why it failed, and looks at what the sandbox holds then. */
  readonly act: (work: () => Promise<unknown>) => Promise<void>;
}

/** A control with its title. */
export function Card({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <article class="card">
      <h2>{title}</h2>
      {children}
    </article>
  );
}

/** What a control of several with the same words is about, for those who do not see where it stands. */
export function Of({ name }: { readonly name: string }) {
  return <span class="hidden">, {name}</span>;
}

/** Takes what is typed into a field. */
export function typeInto(into: Signal<string>) {
  return ({ currentTarget }: { readonly currentTarget: HTMLInputElement }) => {
    into.value = currentTarget.value;
  };
}
