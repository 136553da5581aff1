// The places where a setting of ngrok's may stand, in the order in which they count.
import type { NgrokYmlFile, NgrokYmlFiles } from './ngrok-yml/read.js';
import type { SourcedValue } from './tunnel.js';

/** The places a value for ngrok may come from besides its flag. */
export interface NgrokSettingSources {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The `.env` file, if there is one. */
  readonly envFile: { readonly path: string; readonly values: ReadonlyMap<string, string> } | undefined;
  readonly yml: NgrokYmlFiles;
}

/**
 * Every value that stands somewhere: the flag's, then that of a variable in the environment, then in `.env`, then what
 * each `ngrok.yml` has. Blanks around them are gone, and empty ones left out.
 */
export function listSettingValues(
  variable: string,
  flag: SourcedValue | undefined,
  { environment, envFile, yml }: NgrokSettingSources,
  find: (file: NgrokYmlFile) => string | undefined,
): SourcedValue[] {
  const sources = [
    { value: flag?.value, source: flag?.source ?? '' },
    { value: environment[variable], source: `${variable} in the environment` },
    { value: envFile?.values.get(variable), source: `${variable} in ${envFile?.path}` },
    ...yml.files.map((file) => ({ value: find(file), source: file.path })),
  ];
  return sources.flatMap(({ value, source }) => (value?.trim() ? [{ value: value.trim(), source }] : []));
}
