// `relay-phone play`: plays a story against the sandbox and an app.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ExitCode, findSystemCode, RelayPhoneError } from '../../../errors.js';
import type { SandboxEvent } from '../../../sandbox/platform/events/event.js';
import { skipsTime } from '../../../scenarios/clock.js';
import { type Play, playStory } from '../../../scenarios/play.js';
import { readStory } from '../../../scenarios/read.js';
import type { Story } from '../../../scenarios/story.js';
import { type CommandContext, openCommandContext } from '../../core/command-context.js';
import type { CliPorts } from '../../core/ports.js';
import { showError } from '../../core/show-error.js';
import type { PlayFlags } from './command.js';
import { createPlayReport } from './report.js';
import { showCast, showHops, showStep } from './show.js';
import { openPlayStage, type PlayStage } from './stage.js';
import { watchText } from './watch.js';

/** Plays it, once or with `--watch` whenever it changes; the exit code is that of what went wrong, 6 for an expectation. */
export async function run(ports: CliPorts, flags: PlayFlags): Promise<number> {
  const { file, command } = flags;
  const text = readText(ports, file);
  const story = flags.watch ? undefined : readStory(text, file);
  const context = await openCommandContext(ports, { ...flags, publicUrl: flags.app });
  const clock = story && !skipsTime(story) ? 'real' : 'manual';
  const stage = await openPlayStage(ports, context, { flags, command, clock });
  const theatre = { ports, context, stage, file };
  try {
    if (!story) return await playOnChange(theatre, text);
    const report = await play(theatre, story);
    context.screen.document(report);
    return report.error?.exitCode ?? ExitCode.done;
  } finally {
    await stage.close();
  }
}

interface Theatre {
  readonly ports: CliPorts;
  readonly context: CommandContext;
  readonly stage: PlayStage;
  readonly file: string;
}

async function play({ ports, context: { screen }, stage, file }: Theatre, story: Story) {
  screen.line(story.name);
  const ending = new AbortController();
  const playing = playStory(story, {
    ...stage.ports,
    signal: ending.signal,
    onCast: (numbers) => showCast(screen, numbers),
    onStep: (step) => showStep(screen, step),
  });
  ports.onInterrupt(async () => {
    ending.abort();
    // The sandbox may go on without us, and is to be as it was.
    await playing;
  });
  const played = await playing;
  const { error } = played;
  const hops = error ? await findHops(stage, played.events) : [];
  showHops(screen, hops);
  if (error) showError(ports, error.toJSON());
  return createPlayReport(story, file, played, hops);
}

async function findHops(
  { control }: PlayStage,
  { after, last }: Play['events'],
): Promise<readonly SandboxEvent[]> {
  // Where the sandbox is gone that is what went wrong, and told already.
  const events = await control.events({ since: after }).catch(() => []);
  return events.filter(({ id }) => id <= last);
}

/** Until it is interrupted; what is wrong with the story is shown, and the next text waited for. */
async function playOnChange(theatre: Theatre, first: string): Promise<number> {
  const { ports, context, file } = theatre;
  const { screen } = context;
  const ending = new AbortController();
  ports.onInterrupt(async () => ending.abort());
  const options = { text: first, sleep: ports.sleep, signal: ending.signal };
  const changes = watchText(resolve(ports.cwd, file), options);
  let text: string | undefined = first;
  while (text !== undefined) {
    const next = changes.next();
    await playText(theatre, text);
    screen.line(`Watching ${file}. Ctrl-C ends this.`);
    text = (await next).value;
  }
  return ExitCode.done;
}

async function playText(theatre: Theatre, text: string): Promise<void> {
  try {
    theatre.context.screen.record(await play(theatre, readStory(text, theatre.file)));
  } catch (error) {
    if (!(error instanceof RelayPhoneError)) throw error;
    showError(theatre.ports, error.toJSON());
    theatre.context.screen.record({ error });
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
