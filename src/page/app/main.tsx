// Starts the page: opens the session of this tab, and shows the lab or how to get in.
import { render } from 'preact';
import type { PageModeReport } from '../server/source.js';
import { ApiError, createApi } from './api.js';
import { keepFocus } from './focus.js';
import { startLab } from './lab.js';
import { startLiveInspector } from './live.js';
import { Command, Empty, Failure } from './parts/common.js';
import { closeSession, openTabSession, type TabSession } from './session.js';
import { LiveFrame } from './views/live.js';
import { PageFrame } from './views/shell.js';

/** Milliseconds between two questions for the mode of a server that does not answer. */
const MODE_RETRY_MS = 1000;

const root = document.getElementById('root');
const workerUrl = document.querySelector('meta[name="worker"]')?.getAttribute('content') ?? '';

function showLocked(): void {
  closeSession();
  if (!root) return;
  render(
    <main>
      <h1 class="hidden">relay-phone</h1>
      <Empty title="This tab has no access">
        <p>The address was used before, or is older than a minute. Get a new one:</p>
        <Command line="relay-phone open" />
        <p class="quiet-text">or press o in the terminal of relay-phone sandbox.</p>
      </Empty>
    </main>,
    root,
  );
}

keepFocus();
const session = await openTabSession(workerUrl);
if (session && root) await show(session, root);
else showLocked();

async function show(opened: TabSession, place: HTMLElement): Promise<void> {
  const account = opened.mode ?? (await readMode(opened.token, place));
  if (!account) return showLocked();
  const session: TabSession = {
    ...opened,
    listen: (onMessage) =>
      opened.listen((message) => {
        if (message.type === 'restarted') void reloadIfOther(opened.token, account.mode);
        onMessage(message);
      }),
  };
  if (account.mode === 'live') {
    render(<LiveFrame inspector={startLiveInspector(session, account, showLocked)} />, place);
  } else render(<PageFrame lab={startLab(session, showLocked)} />, place);
}

/** Asks until the server answers, as after a cut. @returns undefined if the token is refused */
async function readMode(token: string, place: HTMLElement): Promise<PageModeReport | undefined> {
  for (;;) {
    try {
      return await createApi(token, { restart: 'relay-phone sandbox, or relay-phone tunnel' }).get('/mode');
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return undefined;
      render(
        <Empty title="Connecting…">
          <Failure error={error} />
        </Empty>,
        place,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, MODE_RETRY_MS));
  }
}

/** Another command may serve the page now, on the same port: a tunnel where a sandbox was. */
async function reloadIfOther(token: string, before: string): Promise<void> {
  const { mode } = await createApi(token).get<{ readonly mode: string }>('/mode');
  if (mode !== before) location.reload();
}
