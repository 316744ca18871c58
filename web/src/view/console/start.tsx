// The console's own part of starting: loaded only where the address asks for it, so that walls stay small.
import { render } from 'preact';
import type { Connection } from '../../net/connection';
import { followAddress } from '../../store/console_route';
import { loadSession } from '../../store/console_session';
import { listen } from '../../store/console_sound';
import { CONSOLE_VIEWS, takeConsoleView } from '../../store/console_views';
import { Console } from './app';
import { followKeys } from './keys';

export { takeConsoleView };

export function startConsole(root: Element, connection: Connection): void {
  document.documentElement.dataset['page'] = 'console';
  followAddress();
  followKeys();
  listen();
  render(<Console />, root);
  connection.watch(CONSOLE_VIEWS);
  void loadSession();
}
