// Starts the page: opens the session of this tab, and shows the lab or how to get in.
import { render } from 'preact';
import { startLab } from './lab.js';
import { Command, Empty } from './parts/common.js';
import { closeSession, openTabSession } from './session.js';
import { PageFrame } from './views/shell.js';

const root = document.getElementById('root');
const workerUrl = document.querySelector('meta[name="worker"]')?.getAttribute('content') ?? '';

function showLocked(): void {
  closeSession();
  if (!root) return;
  render(
    <Empty title="This tab has no access">
      <p>The address was used before, or is older than a minute. Get a new one:</p>
      <Command line="relay-phone open" />
      <p class="quiet-text">or press o in the terminal of relay-phone sandbox.</p>
    </Empty>,
    root,
  );
}

const session = await openTabSession(workerUrl);
if (session && root) render(<PageFrame lab={startLab(session, showLocked)} />, root);
else showLocked();
