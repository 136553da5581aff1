// The version of this build, put in by scripts/build.js.
declare const __VERSION__: string | undefined;

/** The package version, or `0.0.0-source` when the source runs unbuilt (in tests). */
export const version: string = typeof __VERSION__ === 'string' ? __VERSION__ : '0.0.0-source';
