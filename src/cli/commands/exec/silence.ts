// Warns once if nothing answers where the sandbox will reach the app, some time after the program of `exec` was started.
import { isLoopback } from '../../../origin.js';
import type { StartedProgram } from '../../../programs/start.js';
import { isSandboxSid } from '../../../sandbox-sid.js';
import type { CommandContext } from '../../core/command-context.js';
import { createLines } from '../../core/next-lines.js';

/** Most apps listen sooner; a program that is no app has mostly ended. */
const DELAY_MS = 10_000;

/** What is watched. */
export interface SilenceWatch {
  readonly context: CommandContext;
  /** Where the sandbox will reach the app. */
  readonly origin: string;
  /** The words of the program. */
  readonly command: readonly string[];
  /** Milliseconds from the start of the program. Default: ten seconds. */
  readonly delayMs?: number;
}

/**
 * Tries once to connect to the origin, if that is on this machine. It neither keeps our process alive, nor sends anything.
 *
 * @returns a function that ends the watch; call it when the program has ended
 */
export function watchSilence(
  { context, origin, command, delayMs = DELAY_MS }: SilenceWatch,
  { tree }: Pick<StartedProgram, 'tree'>,
): () => void {
  if (!isLoopback(new URL(origin).hostname)) return () => undefined;
  const over = new AbortController();
  const timer = setTimeout(async () => {
    // Loaded here, because most programs end sooner, or answer.
    const { isListening } = await import('../../core/app.js');
    if ((await isListening(origin)) || over.signal.aborted) return;
    const [{ listTree }, { listListeners }] = await Promise.all([
      import('../../../programs/tree.js'),
      import('../../../programs/listeners.js'),
    ]);
    const pids = listTree(tree).map(({ pid }) => pid);
    const own = listListeners().find(({ pid }) => pids.includes(pid));
    if (!over.signal.aborted) warn({ context, origin, command, delayMs }, own?.port);
  }, delayMs);
  timer.unref();
  return () => {
    clearTimeout(timer);
    over.abort();
  };
}

/** @param port at which the program listens instead, if that is seen */
function warn({ context, origin, command, delayMs }: Required<SilenceWatch>, port: number | undefined): void {
  const { screen } = context;
  const when = `${Math.round(delayMs / 1000)} s after the program was started`;
  const instead = port === undefined ? '' : `; it listens at port ${port}`;
  screen.warn(
    `nothing answers at ${origin} ${when}${instead}. If it is the app, and not only slow, the sandbox cannot reach it; otherwise ignore this`,
  );
  const lines = createLines(context, { target: 'sandbox', origin });
  const other = `http://127.0.0.1:${port ?? 'PORT'}`;
  // What `init` has set up is kept by `exec`.
  const move = isSandboxSid(context.envFile?.values.get('TWILIO_ACCOUNT_SID') ?? '')
    ? `${lines.relayPhone('init', '--sandbox', '--public-url', other)}, then start the program again`
    : createLines(context, { target: 'sandbox', publicUrl: other, command }).exec;
  const isKnown = lines.project.kind !== 'unknown';
  screen.advice(isKnown ? [lines.exec, move] : [move]);
}
