// The one WebSocket of a screen: connects, subscribes with what it has, applies patches, notices when the line is dead,
// and comes back by itself for ever.
import { decodeMessage, type Message } from '../wire/message';
import { mergePatch, isObject, type JsonObject } from '../wire/json';
import type { Feed, Hello } from '../wire/types';
import { waitAfterClose } from './backoff';
import type { ServerClock } from './clock';

const PING_EVERY_MS = 15_000;
const SECOND_PING_MS = 2_000;
const ANSWER_WITHIN_MS = 10_000;
const STEADY_AFTER_MS = 10_000;
const RESYNC_EVERY_MS = 5_000;
const BAD_FRAMES_MAX = 20;

/** What Connection needs of a WebSocket; tests bring their own. */
export interface Socket {
  readonly readyState: number;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  onerror: (() => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

export interface Sink {
  /** The line is up and the server has greeted. */
  hello(message: Hello, again: boolean): void;
  /** The line is down; the next try is in WAIT_MS. Called once per loss. CODE: of the close, 0 when we gave up. UP: it had been greeted. */
  lost(code: number, waitMs: number, up: boolean): void;
  view(name: string, doc: JsonObject): void;
  feed(feed: Feed): void;
  /** Any frame came: the figures are good as of now. */
  heard(): void;
  refused(code: string, text: string): void;
  /** What the server wants of this screen. */
  screen?(order: Order): void;
}

export type Order = Extract<Message, { op: 'screen' }>;

export interface ConnectionOptions {
  readonly open: () => Socket;
  readonly clock: ServerClock;
  readonly monotonic: () => number;
  readonly random: () => number;
  readonly site: string | undefined;
  readonly sink: Sink;
}

interface Held {
  ver: string;
  doc: JsonObject;
}

export class Connection {
  private socket: Socket | undefined;
  private site: string | undefined;
  private readonly held = new Map<string, Held>();
  private readonly asked = new Map<string, number>();
  private views: readonly string[] = [];
  private attempt = 0;
  private greeted = false;
  private everGreeted = false;
  private badFrames = 0;
  private sent = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private pinger: ReturnType<typeof setTimeout> | undefined;
  private deadline: ReturnType<typeof setTimeout> | undefined;
  private steady: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: ConnectionOptions) {
    this.site = options.site;
  }

  start(): void {
    if (!this.socket && this.retry === undefined) this.connect();
  }

  stop(): void {
    this.drop();
    clearTimeout(this.retry);
    this.retry = undefined;
  }

  /** The views wanted from now on. */
  watch(views: readonly string[]): void {
    const gone = this.views.filter((v) => !views.includes(v));
    const fresh = views.filter((v) => !this.views.includes(v));
    this.views = [...views];
    for (const view of gone) this.held.delete(view);
    if (!this.greeted) return;
    if (gone.length) this.send({ op: 'unsubscribe', site: this.site ?? '', views: gone });
    this.subscribe(fresh);
  }

  /** Something says the network is back: do not wait out the back-off. */
  hurry(): void {
    if (this.socket || this.retry === undefined) return;
    clearTimeout(this.retry);
    this.retry = undefined;
    this.connect();
  }

  /** Opens the line anew, as somebody else may see other things. */
  renew(): void {
    this.stop();
    this.connect();
  }

  private connect(): void {
    this.greeted = false;
    this.badFrames = 0;
    this.sent = this.options.monotonic();
    this.options.clock.forgetRate();
    let socket: Socket;
    try {
      socket = this.options.open();
    } catch {
      this.lose(0, '');
      return;
    }
    this.socket = socket;
    this.expectAnswer();
    socket.onopen = () => {
      this.sent = this.options.monotonic();
    };
    socket.onmessage = (event) => this.receive(event.data);
    socket.onclose = (event) => this.lose(event.code, event.reason);
    socket.onerror = () => undefined;
  }

  // A socket that is given up is left alone at once: a dead one takes minutes to close.
  private drop(): void {
    const socket = this.socket;
    this.socket = undefined;
    this.greeted = false;
    clearTimeout(this.pinger);
    clearTimeout(this.deadline);
    clearTimeout(this.steady);
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
    try {
      socket.close(1000);
    } catch {
      // It was never open.
    }
  }

  private lose(code: number, reason: string): void {
    const up = this.greeted;
    this.drop();
    const wait = waitAfterClose(code, reason, this.attempt, this.options.random);
    this.attempt++;
    this.retry = setTimeout(() => {
      this.retry = undefined;
      this.connect();
    }, wait);
    this.options.sink.lost(code, wait, up);
  }

  private expectAnswer(): void {
    clearTimeout(this.deadline);
    this.deadline = setTimeout(() => this.lose(0, ''), ANSWER_WITHIN_MS);
  }

  private ping(): void {
    this.sent = this.options.monotonic();
    this.send({ op: 'ping', t: Math.round(this.sent) });
    this.expectAnswer();
  }

  /** Tells the server something of this screen, while the line is up. */
  tell(message: { readonly op: string; readonly [key: string]: unknown }): void {
    if (this.greeted) this.send(message);
  }

  private send(message: { readonly op: string; readonly [key: string]: unknown }): void {
    if (this.socket && this.socket.readyState === 1) this.socket.send(JSON.stringify(message));
  }

  private subscribe(views: readonly string[]): void {
    if (!views.length || this.site === undefined) return;
    const have: { [view: string]: string } = {};
    for (const view of views) {
      const held = this.held.get(view);
      if (held) have[view] = held.ver;
    }
    this.send({ op: 'subscribe', site: this.site, views, ...(Object.keys(have).length ? { have } : {}) });
  }

  // What we hold does not fit what came: ask for the whole view, but not in a tight loop.
  private resync(view: string): void {
    const now = this.options.monotonic();
    const asked = this.asked.get(view);
    if (asked !== undefined && now - asked < RESYNC_EVERY_MS) return;
    this.asked.set(view, now);
    this.held.delete(view);
    this.send({ op: 'unsubscribe', site: this.site ?? '', views: [view] });
    this.subscribe([view]);
  }

  private receive(data: unknown): void {
    const message = decodeMessage(data);
    if (!message) {
      if (++this.badFrames > BAD_FRAMES_MAX) this.lose(0, '');
      return;
    }
    this.options.sink.heard();
    this.handle(message);
  }

  private handle(message: Message): void {
    switch (message.op) {
      case 'hello':
        return this.greet(message);
      case 'pong':
        if (Math.round(this.sent) === message.t) this.options.clock.learn(message.now, this.sent, this.options.monotonic());
        clearTimeout(this.deadline);
        return;
      case 'full':
        this.asked.delete(message.view);
        return this.take(message.view, message.ver, message.doc);
      case 'patch':
        return this.patch(message);
      case 'feed':
        return this.options.sink.feed(message.feed);
      case 'screen':
        return this.options.sink.screen?.(message);
      case 'error':
        return this.options.sink.refused(message.code, message.text);
    }
  }

  private greet(hello: Hello): void {
    const now = this.options.monotonic();
    this.options.clock.learn(hello.now, this.sent, now);
    clearTimeout(this.deadline);
    if (this.site === undefined) this.site = hello.site ?? hello.sites?.[0];
    this.greeted = true;
    this.asked.clear();
    this.options.sink.hello(hello, this.everGreeted);
    this.everGreeted = true;
    this.subscribe(this.views);
    this.steady = setTimeout(() => {
      this.attempt = 0;
    }, STEADY_AFTER_MS);
    this.pinger = setTimeout(() => {
      this.ping();
      this.schedulePing();
    }, SECOND_PING_MS);
  }

  private schedulePing(): void {
    this.pinger = setTimeout(() => {
      this.ping();
      this.schedulePing();
    }, PING_EVERY_MS);
  }

  private patch(message: Extract<Message, { op: 'patch' }>): void {
    const held = this.held.get(message.view);
    if (held && held.ver === message.ver) return;
    if (!held || held.ver !== message.base) return this.resync(message.view);
    const doc = mergePatch(held.doc, message.patch);
    if (isObject(doc)) this.take(message.view, message.ver, doc);
  }

  private take(view: string, ver: string, doc: JsonObject): void {
    if (!this.views.includes(view)) return;
    this.held.set(view, { ver, doc });
    this.options.sink.view(view, doc);
  }
}
