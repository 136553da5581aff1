// Parses the event stream of the sandbox (https://html.spec.whatwg.org/multipage/server-sent-events.html).

/** A server-sent event. */
export interface ServerSentEvent {
  readonly id: string;
  readonly type: string;
  readonly data: string;
}

/** Returns a function that takes the stream in parts of any size. An event counts only once its empty line has arrived. */
export function createBlockParser(onBlock: (block: ServerSentEvent) => void): (part: string) => void {
  let rest = '';
  let fields: Record<string, string> = {};
  return (part) => {
    const lines = (rest + part).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        const { id, event: type = '', data = '' } = fields;
        if (id !== undefined) onBlock({ id, type, data });
        fields = {};
        continue;
      }
      const colon = line.indexOf(': ');
      if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 2);
    }
  };
}
