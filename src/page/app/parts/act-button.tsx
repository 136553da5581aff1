// Controls that change the sandbox: they are off while the connection is lost, and say why.
import type { ButtonHTMLAttributes } from 'preact';
import type { Inspector } from '../live.js';

/** Whose connection it is about. */
type Connected = Pick<Inspector, 'connection'>;

/** Attributes of a control that changes the sandbox: none as long as requests can be answered. */
export function offWhenLost({ connection }: Connected): {
  readonly disabled?: true;
  readonly title?: string;
} {
  return connection.value === 'lost' ? { disabled: true, title: 'Not connected' } : {};
}

/** A button that changes the sandbox. */
export function ActButton({ lab, ...attributes }: ButtonHTMLAttributes & { readonly lab: Connected }) {
  return <button type="button" {...attributes} {...offWhenLost(lab)} />;
}

/** Says why the controls of a screen are off, as long as they are. */
export function WhyOff({ lab }: { readonly lab: Connected }) {
  if (lab.connection.value !== 'lost') return null;
  return <p class="note">Not connected: nothing can be changed until relay-phone answers again.</p>;
}
