// Draws a component again only when one of its properties is another value: most rows of a list stay the same.
import { Component, type ComponentType, createElement } from 'preact';

/** Returns the component with that behaviour. Its properties must not be made anew each time they are passed. */
export function memo<Props extends object>(drawn: (props: Props) => unknown): ComponentType<Props> {
  return class extends Component<Props> {
    override shouldComponentUpdate(next: Readonly<Props>): boolean {
      const [now, then] = [this.props, next] as unknown as Readonly<Record<string, unknown>>[];
      return Object.keys(then ?? {}).some((name) => now?.[name] !== then?.[name]);
    }

    override render() {
      return createElement(drawn as ComponentType<Props>, this.props);
    }
  };
}
