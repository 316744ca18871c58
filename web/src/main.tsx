// Starts the screen: reads the address, opens the line, draws.
import './theme/base.css';
import './theme/widgets.css';
import 'uplot/dist/uPlot.min.css';
import { effect } from '@preact/signals';
import { render, type JSX } from 'preact';
import { Connection, type Socket } from './net/connection';
import { fetchPageTag } from './net/http';
import { loadBoards } from './store/boards';
import { reloadSoon, watchErrors } from './store/guard';
import { lang, parseLang, parseRoute, parseTheme, theme } from './store/prefs';
import { show, slidesOf } from './store/rotation';
import { hangOnWall } from './store/screen';
import { clock, monotonic, startTicking } from './store/time';
import { makeSink, siteName } from './store/wall';
import { watchScreen } from './view/box';
import { Home } from './view/home';
import { Missing } from './view/missing';
import { Wall } from './view/wall';
import { viewsOfBoards } from './wire/board';
import type { JsonObject } from './wire/json';

const query = new URLSearchParams(location.search);
const route = parseRoute(location.pathname, query);
const wantedSite = query.get('site') ?? undefined;
const atConsole = /^\/console\/?$/.test(location.pathname);

watchErrors();
lang.value = parseLang(query.get('lang'), navigator.languages);
theme.value = parseTheme(query.get('theme'));
effect(() => { document.documentElement.lang = lang.value; });
effect(() => { document.documentElement.dataset['theme'] = theme.value; });
watchScreen();
startTicking();
if (wantedSite !== undefined) siteName.value = wantedSite;

function open(): Socket {
  const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`;
  const socket: WebSocket = new WebSocket(url, 'shiftwall.v1');
  return socket as Socket;
}

// A daemon that came back may be a newer one: then this page is old.
let server: string | undefined;
let pageTag = '';
async function checkVersion(greeted: string): Promise<void> {
  const tag = await fetchPageTag().catch(() => '');
  if ((server !== undefined && greeted !== server) || (pageTag && tag && tag !== pageTag)) reloadSoon();
  server = greeted;
  if (tag) pageTag = tag;
}

function loadRoute(): void {
  if (route.page !== 'wall') return;
  void loadBoards(route.boards, (boards) => {
    show(slidesOf(boards, route.every));
    connection.watch(viewsOfBoards(boards));
  });
}

const sink = makeSink((greeted) => {
  void checkVersion(greeted);
  loadRoute();
});
// The console takes its own views first; a wall has none.
let takeMore: ((name: string, doc: JsonObject) => boolean) | undefined;
const connection = new Connection({
  open, clock, monotonic, random: Math.random, site: wantedSite,
  sink: { ...sink, hello: (message, again) => {
    if (!again) void checkVersion(message.server);
    sink.hello(message, again);
  }, view: (name, doc) => {
    if (!takeMore?.(name, doc)) sink.view(name, doc);
  } },
});

function App(): JSX.Element {
  switch (route.page) {
    case 'home': return <Home />;
    case 'missing': return <Missing path={route.path} />;
    case 'wall': return <Wall />;
  }
}

// Its style sheet is named by the page, as the build names it.
function loadStyle(): Promise<void> {
  const href = document.querySelector<HTMLMetaElement>('meta[name="console-style"]')?.content;
  if (!href) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = href;
    link.onload = () => resolve();
    link.onerror = () => reject(new Error(href));
    document.head.append(link);
  });
}

async function openConsole(root: Element): Promise<void> {
  try {
    const [{ startConsole, takeConsoleView }] = await Promise.all([import('./view/console/start'), loadStyle()]);
    takeMore = takeConsoleView;
    startConsole(root, connection);
    connection.start();
  } catch {
    // Half of it did not come: the whole again.
    reloadSoon();
  }
}

const root = document.getElementById('app');
if (root && atConsole) void openConsole(root);
else if (root) render(<App />, root);

if (atConsole) {
  addEventListener('online', () => connection.hurry());
  document.addEventListener('visibilitychange', () => { if (!document.hidden) connection.hurry(); });
} else if (route.page !== 'missing') {
  connection.watch(['site']);
  connection.start();
  addEventListener('online', () => connection.hurry());
  document.addEventListener('visibilitychange', () => { if (!document.hidden) connection.hurry(); });
}
if (route.page === 'wall') {
  loadRoute();
  hangOnWall();
}
