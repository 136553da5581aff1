// `relay-phone play`: plays a story against the sandbox and the app.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ExitCode, findSystemCode, RelayPhoneError } from '../../../errors.js';
import type { SandboxEvent } from '../../../sandbox/platform/events/event.js';
import { describeUnsupportedUse } from '../../../sandbox/platform/events/unsupported-use.js';
import { skipsTime } from '../../../scenarios/clock.js';
import { type PlayResult, playStory } from '../../../scenarios/play.js';
import type { PlayedStep } from '../../../scenarios/ports.js';
import { readStory } from '../../../scenarios/read-story.js';
import type { Story } from '../../../scenarios/story.js';
import { type CommandContext, openCommandContext } from '../../core/command-context.js';
import { findPageLink } from '../../core/page-link.js';
import type { CliPorts } from '../../core/ports.js';
import type { Screen } from '../../core/screen.js';
import { showError } from '../../core/screen.js';
import { showUnsupported } from '../../core/unsupported.js';
import { showEvent } from '../sandbox/event-line.js';
import type { PlayFlags } from './command.js';
import { openPlaySession, type PlaySession } from './open.js';
import { createPlayReport } from './report.js';
import { watchText } from './watch.js';

/** How many hops are shown; the last ones. */
const MAX_HOPS = 40;
const INDENT = '        ';

/** Plays the story once, or with `--watch` whenever it changes. Exits as the failure says: 6 for an expectation. */
export async function run(ports: CliPorts, flags: PlayFlags): Promise<number> {
  const { file } = flags;
  const text = readText(ports, file);
  const story = flags.watch ? undefined : readStory(text, file);
  const context = await openCommandContext(ports, { ...flags, publicUrl: flags.app });
  const clock = story && !skipsTime(story) ? 'real' : 'manual';
  const session = await openPlaySession(context, flags, clock);
  const player = { context, session, file };
  try {
    if (!story) return await playOnChange(player, text);
    const report = await play(player, story);
    context.screen.document(report);
    return report.error?.exitCode ?? ExitCode.done;
  } finally {
    await session.close();
  }
}

/** The parts that play the stories of one file. */
interface Player {
  readonly context: CommandContext;
  readonly session: PlaySession;
  readonly file: string;
}

async function play({ context, session, file }: Player, story: Story) {
  const { ports, screen } = context;
  screen.line(story.name);
  const ending = new AbortController();
  const playing = playStory(story, {
    ...session.ports,
    signal: ending.signal,
    onNumbersAssigned: (numbers) => showCast(screen, numbers),
    onStep: (step) => showStep(screen, step),
  });
  ports.onInterrupt(async () => {
    ending.abort();
    // The end of the play restores the faults and behaviours that the sandbox had before.
    await playing;
  });
  const played = await playing;
  const { error } = played;
  const hops = error ? await findHops(session, played.events) : [];
  showHops(screen, hops);
  await showUnexpected(context, session, played.unsupported);
  const trace = hops.at(-1)?.traceId;
  const link = findPageLink(context, trace === undefined ? '/traces' : `/t/${trace}`);
  if (link !== undefined) screen.line(`    Page: ${link}`);
  if (error) showError(ports, error);
  return createPlayReport(story, file, played, hops);
}

/** Shows what the app asked for and no step expected: as faults in a strict play, else as warnings. */
async function showUnexpected(
  context: CommandContext,
  { sandbox, ports: { isStrict } }: PlaySession,
  found: PlayResult['unsupported'],
): Promise<void> {
  const unexpected = found.filter(({ isExpected }) => !isExpected);
  if (isStrict) return showUnsupported(context, sandbox, unexpected);
  for (const use of unexpected) context.screen.warn(`${describeUnsupportedUse(use)}; no step expects it`);
}

async function findHops(
  { sandbox: { control } }: PlaySession,
  { after, last }: PlayResult['events'],
): Promise<readonly SandboxEvent[]> {
  // If the sandbox is gone, that is the failure, and it was reported already.
  const events = await control.events({ since: after }).catch(() => []);
  return events.filter(({ id }) => id <= last);
}

/** Plays every version of the file until Ctrl-C. Faults in a story are shown. */
async function playOnChange(player: Player, first: string): Promise<number> {
  const { context, file } = player;
  const { ports, screen } = context;
  const ending = new AbortController();
  ports.onInterrupt(async () => ending.abort());
  const options = { text: first, sleep: ports.sleep, signal: ending.signal };
  const changes = watchText(resolve(ports.cwd, file), options);
  let text: string | undefined = first;
  while (text !== undefined) {
    const next = changes.next();
    await playText(player, text);
    screen.line(`Watching ${file}. Ctrl-C ends this.`);
    text = (await next).value;
  }
  return ExitCode.done;
}

async function playText(player: Player, text: string): Promise<void> {
  const { ports, screen } = player.context;
  try {
    screen.record(await play(player, readStory(text, player.file)));
  } catch (error) {
    if (!(error instanceof RelayPhoneError)) throw error;
    showError(ports, error);
    screen.record({ error });
  }
}

function readText({ cwd }: CliPorts, file: string): string {
  try {
    return readFileSync(resolve(cwd, file), 'utf8');
  } catch (error) {
    throw new RelayPhoneError({
      kind: 'usage',
      task: `read the story ${file}`,
      reason: `it cannot be read (${findSystemCode(error) ?? String(error)})`,
      tryNext: ['relay-phone play FILE, with the path of a story'],
    });
  }
}

/** Shows the number of each name in the story. */
function showCast(screen: Screen, numbers: ReadonlyMap<string, string>): void {
  screen.line(`    ${[...numbers].map(([name, number]) => `${name} ${number}`).join(', ')}`);
}

/** Shows a step that has ended. */
function showStep(screen: Screen, { line, words, outcome, duration, unmet }: PlayedStep): void {
  const text = `${String(line).padStart(3)}  ${words}  (${duration} ms)`;
  if (outcome === 'passed') screen.done(text);
  else screen.fault(text);
  if (!unmet) return;
  screen.line(`${INDENT}expected  ${unmet.expected}`);
  for (const [index, found] of unmet.found.entries())
    screen.line(`${INDENT}${index === 0 ? 'instead ' : '        '}  ${found}`);
}

/** Shows the events before a failure. */
function showHops(screen: Screen, hops: readonly SandboxEvent[]): void {
  if (hops.length === 0) return;
  const left = hops.length - MAX_HOPS;
  screen.line(`${INDENT}Events since the last action:`);
  if (left > 0) screen.line(`${INDENT}  … ${left} earlier ones`);
  for (const hop of hops.slice(-MAX_HOPS)) showEvent(screen, hop, `${INDENT}  `);
}
