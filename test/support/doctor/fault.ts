// The form of a fault in the tests of `doctor`.
import type { RunOptions } from '../workspace.js';

/** How to run `doctor` to find the fault. */
export interface Run {
  readonly args?: readonly string[];
  readonly options?: RunOptions;
  /** Other findings of the same fault. Default none. */
  readonly besides?: readonly string[];
}

/** Causes a fault in a scene. Returns undefined to run `doctor` with the defaults. */
export type Fault<Scene> = (scene: Scene) => Promise<Run | undefined> | Run | undefined;

/** Faults, by the id of the finding. */
export type Faults<Scene> = Readonly<Record<string, Fault<Scene>>>;
