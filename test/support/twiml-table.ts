// Writes the table of TwiML in docs/fidelity.md: what the sandbox does with each element and attribute.
import { MESSAGING_SCHEMA } from '../../src/sandbox/twiml/messaging/script.js';
import type { ElementSchema } from '../../src/sandbox/twiml/schema.js';
import { VOICE_SCHEMA } from '../../src/sandbox/twiml/voice/script.js';

/** One element, and the elements that may hold it. */
interface Row {
  readonly name: string;
  readonly parents: string[];
  readonly schema: ElementSchema;
}

/** Returns the section as Markdown. */
export function formatTwimlSection(): string {
  return `
## TwiML, element by element

Made from the schemas in \`src/sandbox/twiml/\`, which a test compares with the classes of Twilio's SDK.

- **does**: has Twilio's effect.
- **checks only**: accepted, and a wrong value is warned of where its values are known. It changes how a call sounds or how
  speech is recognized, and here words stand for sound.
- **not here**: reported as \`not in the sandbox: <Number machineDetection>\`, unless its value asks for what happens anyway
  (in brackets). An element that is not here is reported once, with all that is in it.

An element without anything in its row is here, and has no attributes.

### In calls

${formatTable(listRows(VOICE_SCHEMA))}
### In texts

${formatTable(listRows(MESSAGING_SCHEMA))}`;
}

/** One row for each schema, however many elements may hold it. */
function listRows(root: ElementSchema): Row[] {
  const rows = new Map<ElementSchema, Row>();
  function visit(schema: ElementSchema, name: string): void {
    for (const [childName, child] of Object.entries(schema.elements)) {
      // A missing element may hold one that works elsewhere, such as <Say> in <Prompt>.
      if (schema.isMissing && !child.isMissing) continue;
      const known = rows.get(child);
      if (known) {
        if (!known.parents.includes(name)) known.parents.push(name);
        continue;
      }
      rows.set(child, { name: childName, parents: [name], schema: child });
      visit(child, childName);
    }
  }
  rows.set(root, { name: 'Response', parents: [], schema: root });
  visit(root, 'Response');
  return [...rows.values()].sort((one, other) => one.name.localeCompare(other.name, 'en'));
}

function formatTable(rows: readonly Row[]): string {
  const lines = rows.map(({ name, parents, schema }) => {
    const { isMissing, does, checks, missing } = schema;
    const lacking = Object.entries(missing).map(([one, harmless]) => {
      const values = harmless.length === 0 ? '' : ` (${harmless.map(code).join(', ')})`;
      return `${code(one)}${values}`;
    });
    return [
      code(`<${name}>`),
      parents
        .toSorted()
        .map((parent) => code(`<${parent}>`))
        .join(' '),
      does.map(code).join(' '),
      Object.keys(checks).map(code).join(' '),
      [...(isMissing ? ['**the element**'] : []), ...lacking].join(' '),
    ];
  });
  const head = ['element', 'in', 'does', 'checks only', 'not here'];
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

function code(text: string): string {
  return `\`${text}\``;
}
