// The console's own part of starting: loaded only where the address asks for it, so that walls stay small.
import { effect } from '@preact/signals';
import { render } from 'preact';
import type { Connection } from '../../net/connection';
import { followAddress } from '../../store/console_route';
import { loadSession, outside, renewSession, session, signedIn } from '../../store/console_session';
import { listen } from '../../store/console_sound';
import { CONSOLE_VIEWS, OPEN_VIEWS, takeConsoleView } from '../../store/console_views';
import { line } from '../../store/wall';
import { Console } from './app';
import { followKeys } from './keys';

export { takeConsoleView };

const ASK_AGAIN_MS = 5_000;
let asked = -Infinity;

/** The line was cut because of who sits here, or never came: perhaps nobody is signed in any more. */
export function lostConsole(code: number, up: boolean): void {
  const at = performance.now();
  if (code !== 4403 && (up || at - asked < ASK_AGAIN_MS)) return;
  asked = at;
  void renewSession();
}

// What one may see depends on who one is when the line is opened: another person, another line.
function followSession(connection: Connection): void {
  let who: string | undefined;
  let up = line.peek().up;
  effect(() => {
    const now = session.value;
    if (!now) return;
    const next = now.open || !signedIn.value ? '' : (now.person ?? '');
    connection.watch(now.open || (next !== '' && now.role !== 'agent') ? CONSOLE_VIEWS : now.accounts ? ['site'] : OPEN_VIEWS);
    if (outside.value) connection.stop();
    else if (who !== undefined && next !== '' && next !== who) connection.renew();
    else connection.start();
    who = next;
  });
  effect(() => {
    const was = up;
    up = line.value.up;
    if (up && !was) void renewSession();
  });
}

export function startConsole(root: Element, connection: Connection): void {
  document.documentElement.dataset['page'] = 'console';
  followAddress();
  followKeys();
  listen();
  render(<Console />, root);
  connection.watch(OPEN_VIEWS);
  followSession(connection);
  void loadSession();
}
