// The version of this build; scripts/build.js fills it in.
declare const __VERSION__: string | undefined;

/** The package version, or `0.0.0-source` when the source runs unbuilt, as in tests. */
export const version: string = typeof __VERSION__ === 'string' ? __VERSION__ : '0.0.0-source';
