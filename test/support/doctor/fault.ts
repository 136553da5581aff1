// How a fault is described to the tests of `doctor`.
import type { RunOptions } from '../workspace.js';

/** How `doctor` is run to find it; everything has a default. */
export interface Run {
  readonly args?: readonly string[];
  readonly options?: RunOptions;
  /** What is found besides, because the same fault shows in two places. */
  readonly besides?: readonly string[];
}

/** Brings a fault about in a scene; undefined runs `doctor` as usual. */
export type Fault<Scene> = (scene: Scene) => Promise<Run | undefined> | Run | undefined;

/** Faults by the id of what is to be found. */
export type Faults<Scene> = Readonly<Record<string, Fault<Scene>>>;
