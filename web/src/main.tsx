// Starts the screen: reads the address, opens the line, draws.
import './theme/base.css';
import './theme/widgets.css';
import 'uplot/dist/uPlot.min.css';
import { batch, effect, signal } from '@preact/signals';
import { render, type JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Connection, type Socket } from './net/connection';
import { fetchPageTag } from './net/http';
import { loadBoards } from './store/boards';
import { reloadSoon, watchErrors } from './store/guard';
import { explained } from './store/dialog';
import { door, isTime, lookAtDoor, type Look } from './store/door';
import { beScreen, tellOfScreen } from './store/fleet';
import { lang, parseLang, parseRoute, parseTheme, theme, withQuery } from './store/prefs';
import { index, show, slidesOf } from './store/rotation';
import { hangOnWall } from './store/screen';
import { loadStyle } from './store/style';
import { clock, monotonic, startTicking } from './store/time';
import { makeSink, siteName } from './store/wall';
import { watchScreen } from './view/box';
import { Wall } from './view/wall';
import { viewsOfBoards } from './wire/board';
import type { JsonObject } from './wire/json';

const query = new URLSearchParams(location.search);
let route = parseRoute(location.pathname, query);
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

// The queues change with every call, and a grid of agents needs but their names, for whom somebody asks about.
const boardViews = signal<readonly string[]>([]);
effect(() => {
  const views = boardViews.value;
  if (views.length) connection.watch(explained.value?.kind === 'agent' && !views.includes('queues') ? [...views, 'queues'] : views);
});

function loadRoute(): void {
  if (route.page !== 'wall') return;
  const { boards: names, every } = route;
  void loadBoards(names, (boards) => {
    show(slidesOf(boards, every));
    boardViews.value = viewsOfBoards(boards);
  }, async () => {
    const { may, moved } = await askAtDoor(true);
    return may === 'out' || moved;
  });
}

/** A paired screen shows what it is told to: BOARDS ("overview,queues") from now on. False: it does so already. */
function showBoards(boards: string): boolean {
  const path = `/wall/${boards}`;
  if (route.page !== 'wall') location.replace(withQuery({}, path));
  else if (route.boards.join() === boards) return false;
  else {
    history.replaceState(null, '', withQuery({}, path));
    route = parseRoute(path, query);
    index.value = 0;
    loadRoute();
    tellOfScreen();
  }
  return true;
}

/** Whether this screen is let in; when it is not, the ways in are shown. MOVED: it shows other boards than it did. */
async function askAtDoor(refused: boolean): Promise<{ readonly may: Look['may']; readonly moved: boolean }> {
  const { may, board } = await lookAtDoor(refused);
  if (may === 'out') connection.stop();
  return { may, moved: board !== undefined && showBoards(board) };
}

/** Nobody is let in by trying again: after a line that was cut or never came the door is asked, now and then. */
async function wonder(cut: boolean): Promise<void> {
  if (!cut && !isTime()) return;
  const { may } = await askAtDoor(false);
  if (cut && may === 'in') connection.hurry();
}

const sink = makeSink((greeted) => {
  void checkVersion(greeted);
  loadRoute();
});
// Views change together, and their frames come one right after the other: all are drawn at once.
const TOGETHER_MS = 2;
const arrived = new Map<string, JsonObject>();
function drawTogether(name: string, doc: JsonObject): void {
  if (!arrived.size) setTimeout(() => {
    const all = [...arrived];
    arrived.clear();
    batch(() => all.forEach(([view, newest]) => sink.view(view, newest)));
  }, TOGETHER_MS);
  arrived.set(name, doc);
}

// The console takes its own views first; a wall has none.
let takeMore: ((name: string, doc: JsonObject) => boolean) | undefined;
let onLost: ((code: number, up: boolean) => void) | undefined;
const connection = new Connection({
  open, clock, monotonic, random: Math.random, site: wantedSite,
  sink: { ...sink, hello: (message, again) => {
    if (!again) void checkVersion(message.server);
    sink.hello(message, again);
    if (atConsole || !message.screen) return;
    beScreen((told) => connection.tell(told), () => (route.page === 'wall' ? route.boards.join() : ''));
    if (message.board) showBoards(message.board);
  }, lost: (code, waitMs, up) => {
    sink.lost(code, waitMs, up);
    if (atConsole) onLost?.(code, up);
    else if (code === 4403 || !up) void wonder(code === 4403);
  }, screen: (order) => {
    if (order.reload) location.reload();
    else if (order.board) showBoards(order.board);
  }, view: (name, doc) => {
    if (!takeMore?.(name, doc)) drawTogether(name, doc);
  } },
});

// Pages that a wall does not need are loaded when they are asked for.
function Later({ load }: { readonly load: () => Promise<() => JSX.Element> }): JSX.Element | null {
  const [{ Page }, setPage] = useState<{ readonly Page?: () => JSX.Element }>({});
  useEffect(() => void load().then((it) => setPage({ Page: it }), reloadSoon), []);
  return Page ? <Page /> : null;
}

const loadDoor = async (name: 'Pair' | 'Door'): Promise<() => JSX.Element> => {
  const [pages] = await Promise.all([import('./view/door'), loadStyle('doors')]);
  return pages[name];
};
const loadPage = async (name: 'Home' | 'Missing'): Promise<() => JSX.Element> => (await import('./view/home'))[name];

function App(): JSX.Element {
  if (door.value !== 'open') return <Later key="door" load={() => loadDoor('Door')} />;
  switch (route.page) {
    case 'home': return <Later key="home" load={() => loadPage('Home')} />;
    case 'missing': return <Later key="missing" load={() => loadPage('Missing')} />;
    case 'pair': return <Later key="pair" load={() => loadDoor('Pair')} />;
    case 'wall': return <Wall />;
  }
}

async function openConsole(root: Element): Promise<void> {
  try {
    const [{ startConsole, takeConsoleView, lostConsole }] = await Promise.all([import('./view/console/start'), loadStyle('console')]);
    takeMore = takeConsoleView;
    onLost = lostConsole;
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
} else if (route.page === 'home' || route.page === 'wall') {
  connection.watch(['site']);
  connection.start();
  addEventListener('online', () => connection.hurry());
  document.addEventListener('visibilitychange', () => { if (!document.hidden) connection.hurry(); });
}
if (route.page === 'home') void askAtDoor(false);
if (route.page === 'wall') loadRoute();
if (route.page === 'wall' || route.page === 'pair') hangOnWall();
