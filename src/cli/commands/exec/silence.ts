// Warns once if nothing answers where the sandbox reaches the app, and the program of `exec` seems to be that app.
import { basename } from 'node:path';
import { isLoopback, listSameOrigins } from '../../../origin.js';
import type { StartedProgram } from '../../../programs/start.js';
import type { ControlClient } from '../../../sandbox/control/client.js';
import type { SandboxEvent } from '../../../sandbox/platform/events/event.js';
import { findContextProject } from '../../core/app-origin.js';
import type { CommandContext } from '../../core/command-context.js';
import { createLines } from '../../core/next-lines.js';
import { isSandboxAccount } from '../../core/sandbox-account.js';

/** Most apps listen sooner; a program that is no app has mostly ended. */
const DELAY_MS = 10_000;

/** What is watched. */
export interface SilenceWatch {
  readonly context: CommandContext;
  readonly control: Pick<ControlClient, 'watch'>;
  /** Where the sandbox will reach the app. */
  readonly origin: string;
  /** The words of the program. */
  readonly command: readonly string[];
  /** Milliseconds from the start of the program. Default: ten seconds. */
  readonly delayMs?: number;
}

/**
 * Tries once to connect to the origin, if that is on this machine, and sends nothing. If nothing answers, it warns: at once if
 * the program listens at a port that the system did not choose, or is the one that starts the project's app; else at
 * the first webhook for the origin that is not delivered. A test suite, whose apps have ports of their own, is left alone.
 * It does not keep our process alive.
 *
 * @returns a function that ends the watch; call it when the program has ended
 */
export function watchSilence(watch: SilenceWatch, { tree }: Pick<StartedProgram, 'tree'>): () => void {
  const { context, control, origin, command, delayMs = DELAY_MS } = watch;
  if (!isLoopback(new URL(origin).hostname)) return () => undefined;
  const over = new AbortController();
  const { signal } = over;
  const warnOnce = (when: string, port?: number) => {
    if (!signal.aborted) warn(watch, when, port);
    over.abort();
  };
  const timer = setTimeout(async () => {
    // Loaded here, because most programs end sooner, or answer.
    const { isListening } = await import('../../core/app.js');
    if ((await isListening(origin)) || signal.aborted) return;
    const port = await findChosenPort(tree);
    if (port !== undefined || startsApp(context, origin, command))
      return warnOnce(` ${Math.round(delayMs / 1000)} s after the program was started`, port);
    const origins = listSameOrigins(origin);
    const onEvent = (event: SandboxEvent) => {
      if (event.kind !== 'webhook.sent' || event.status !== null) return;
      if (origins.includes(new URL(event.url).origin)) warnOnce(', and a webhook for it was not delivered');
    };
    // A sandbox that is gone is reported where it is needed.
    await control.watch(onEvent, { kinds: ['webhook.sent'], signal }).catch(() => undefined);
  }, delayMs);
  timer.unref();
  return () => {
    clearTimeout(timer);
    over.abort();
  };
}

/** Returns a port at which the program listens and that it chose itself; undefined if none is seen. */
async function findChosenPort(tree: StartedProgram['tree']): Promise<number | undefined> {
  const [{ listTree }, { isDynamicPort, listListeners }] = await Promise.all([
    import('../../../programs/tree.js'),
    import('../../../programs/listeners.js'),
  ]);
  const pids = listTree(tree).map(({ pid }) => pid);
  return listListeners().find(({ pid, port }) => pids.includes(pid) && !isDynamicPort(port))?.port;
}

/** True if the program is the one that starts the project's app, whatever its interpreter, its options and its port. */
function startsApp(context: CommandContext, origin: string, command: readonly string[]): boolean {
  const [, ...words] = findContextProject(context).startAt(origin)?.words ?? [];
  const needed = words.filter((word) => !word.startsWith('-') && !/\d$/.test(word));
  const given = command.flatMap((word) => word.split(/\s+/)).map((word) => basename(word));
  return needed.length > 0 && needed.every((word) => given.includes(basename(word)));
}

/**
 * @param when ends "nothing answers at http://…"
 * @param port at which the program listens instead, if that is seen
 */
function warn({ context, origin, command }: SilenceWatch, when: string, port: number | undefined): void {
  const { screen } = context;
  const instead = port === undefined ? '' : `; it listens at port ${port}`;
  screen.warn(
    `nothing answers at ${origin}${when}${instead}. If it is the app, and not only slow, the sandbox cannot reach it; otherwise ignore this`,
  );
  const lines = createLines(context, { target: 'sandbox', origin });
  const other = `http://127.0.0.1:${port ?? 'PORT'}`;
  // What `init` has set up is kept by `exec`.
  const move = isSandboxAccount(context.state, context.envFile?.values.get('TWILIO_ACCOUNT_SID') ?? '')
    ? `${lines.relayPhone('init', '--sandbox', '--public-url', other)}, then start the program again`
    : createLines(context, { target: 'sandbox', publicUrl: other, command }).exec;
  const isKnown = lines.project.kind !== 'unknown';
  screen.advice(isKnown ? [lines.exec, move] : [move]);
}
