// Writes variables in the forms that shells and Docker Compose read.
import type { EnvForm } from './command.js';

const WRITERS: Readonly<Record<EnvForm, (name: string, value: string) => string>> = {
  shell: (name, value) => `export ${name}='${value.replaceAll("'", "'\\''")}'`,
  powershell: (name, value) => `$env:${name} = '${value.replaceAll("'", "''")}'`,
  // Compose takes the rest of the line as it is, in an env_file with `format: raw`.
  compose: (name, value) => `${name}=${value}`,
};

/** The lines, each with its end. */
export function formatEnvironment(values: Readonly<Record<string, string>>, form: EnvForm): string {
  return Object.entries(values)
    .map(([name, value]) => `${WRITERS[form](name, value)}\n`)
    .join('');
}
