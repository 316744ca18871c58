import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { ServerClock } from '../src/net/clock';
import { Connection, type Sink, type Socket } from '../src/net/connection';
import type { JsonObject } from '../src/wire/json';

class FakeSocket implements Socket {
  readyState = 1;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  readonly sent: { op: string; [key: string]: unknown }[] = [];
  closed = false;
  send(text: string): void {
    this.sent.push(JSON.parse(text) as { op: string });
  }
  close(): void {
    this.closed = true;
  }
  say(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

interface Setup {
  readonly sockets: FakeSocket[];
  readonly views: { [name: string]: JsonObject };
  readonly losses: { code: number; wait: number }[];
  readonly greetings: boolean[];
  readonly connection: Connection;
  readonly last: () => FakeSocket;
  readonly pass: (ms: number) => void;
}

const HELLO = { op: 'hello', server: 'shiftwall/1.0', now: 1_700_000_000_000, site: 'main', sites: ['main'], epoch: 'e' };

function setUp(watch: readonly string[] = ['site']): Setup {
  let t = 0;
  const sockets: FakeSocket[] = [];
  const views: { [name: string]: JsonObject } = {};
  const losses: { code: number; wait: number }[] = [];
  const greetings: boolean[] = [];
  const sink: Sink = {
    hello: (_m, again) => greetings.push(again),
    lost: (code, wait) => losses.push({ code, wait }),
    view: (name, doc) => { views[name] = doc; },
    feed: () => undefined,
    heard: () => undefined,
    refused: () => undefined,
  };
  const connection = new Connection({
    open: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    clock: new ServerClock(() => t, () => 0), monotonic: () => t, random: () => 0, site: undefined, sink,
  });
  connection.watch(watch);
  connection.start();
  return {
    sockets, views, losses, greetings, connection,
    last: () => sockets[sockets.length - 1] as FakeSocket,
    pass: (ms) => {
      for (let left = ms; left > 0; left -= 100) {
        t += Math.min(100, left);
        mock.timers.tick(Math.min(100, left));
      }
    },
  };
}

function timed(name: string, run: (s: typeof setUp) => void): void {
  test(name, () => {
    mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
    try {
      run(setUp);
    } finally {
      mock.timers.reset();
    }
  });
}

timed('subscribes after the greeting and applies patches in order', (make) => {
  const s = make(['site', 'queues']);
  assert.equal(s.last().sent.length, 0);
  s.last().say(HELLO);
  assert.deepEqual(s.last().sent[0], { op: 'subscribe', site: 'main', views: ['site', 'queues'] });
  s.last().say({ op: 'view', view: 'site', ver: 'e:1', at: 1, full: { a: 1, b: { c: 2 } } });
  s.last().say({ op: 'view', view: 'site', ver: 'e:3', base: 'e:1', at: 2, patch: { b: { c: 3 }, a: null } });
  assert.deepEqual(s.views['site'], { b: { c: 3 } });
  s.connection.stop();
});

timed('a patch on another version asks for the whole view, once', (make) => {
  const s = make();
  s.last().say(HELLO);
  s.last().say({ op: 'view', view: 'site', ver: 'e:1', at: 1, full: { a: 1 } });
  s.last().say({ op: 'view', view: 'site', ver: 'e:9', base: 'e:8', at: 2, patch: { a: 9 } });
  s.last().say({ op: 'view', view: 'site', ver: 'e:10', base: 'e:9', at: 2, patch: { a: 10 } });
  assert.deepEqual(s.views['site'], { a: 1 });
  const asked = s.last().sent.filter((m) => m.op === 'subscribe');
  assert.equal(asked.length, 2);
  assert.equal(asked[1]?.['have'], undefined);
  s.last().say({ op: 'view', view: 'site', ver: 'e:10', at: 3, full: { a: 10 } });
  s.last().say({ op: 'view', view: 'site', ver: 'e:11', base: 'e:10', at: 3, patch: { a: 11 } });
  assert.deepEqual(s.views['site'], { a: 11 });
  s.connection.stop();
});

timed('comes back with what it has', (make) => {
  const s = make();
  s.last().say(HELLO);
  s.last().say({ op: 'view', view: 'site', ver: 'e:5', at: 1, full: { a: 1 } });
  s.last().onclose?.({ code: 1006, reason: '' });
  assert.deepEqual(s.losses, [{ code: 1006, wait: 500 }]);
  s.pass(600);
  assert.equal(s.sockets.length, 2);
  s.last().say(HELLO);
  assert.deepEqual(s.last().sent[0], { op: 'subscribe', site: 'main', views: ['site'], have: { site: 'e:5' } });
  s.last().say({ op: 'view', view: 'site', ver: 'e:7', base: 'e:5', at: 1, patch: { a: 2 } });
  assert.deepEqual(s.views['site'], { a: 2 });
  assert.deepEqual(s.greetings, [false, true]);
  s.connection.stop();
});

timed('a line without pong is dead within ping and ten seconds', (make) => {
  const s = make();
  s.last().say(HELLO);
  s.pass(2100);
  const ping = s.last().sent.find((m) => m.op === 'ping');
  assert.ok(ping);
  s.last().say({ op: 'pong', t: ping['t'], now: 1_700_000_002_100 });
  s.pass(14_900);
  assert.equal(s.losses.length, 0);
  s.pass(10_200);
  assert.equal(s.losses.length, 1);
  assert.ok(s.sockets[0]?.closed);
  assert.equal(s.sockets[0]?.onmessage, null);
  s.connection.stop();
});

timed('a server that never greets is given up', (make) => {
  const s = make();
  s.pass(10_100);
  assert.equal(s.losses.length, 1);
  s.connection.stop();
});

timed('frames that are no messages do not break it, too many end the line', (make) => {
  const s = make();
  s.last().say(HELLO);
  for (const data of ['', '{', '[]', 'null', '{"op":"view"}', '{"op":"view","view":"site","ver":"e:1"}', '{"op":"feed","status":"x","since":1}', new ArrayBuffer(4)]) s.last().onmessage?.({ data });
  assert.equal(s.losses.length, 0);
  for (let i = 0; i < 30; i++) s.sockets[0]?.onmessage?.({ data: '{' });
  assert.equal(s.losses.length, 1);
  s.connection.stop();
});

timed('views no longer wanted are dropped and not drawn', (make) => {
  const s = make(['site', 'queues']);
  s.last().say(HELLO);
  s.connection.watch(['site', 'teams']);
  assert.deepEqual(s.last().sent.slice(1), [
    { op: 'unsubscribe', site: 'main', views: ['queues'] },
    { op: 'subscribe', site: 'main', views: ['teams'] },
  ]);
  s.last().say({ op: 'view', view: 'queues', ver: 'e:1', at: 1, full: {} });
  assert.equal(s.views['queues'], undefined);
  s.connection.stop();
});

timed('when the network is back it does not wait', (make) => {
  const s = make();
  s.last().say(HELLO);
  s.last().onclose?.({ code: 4400, reason: '' });
  s.pass(1000);
  assert.equal(s.sockets.length, 1);
  s.connection.hurry();
  assert.equal(s.sockets.length, 2);
  s.connection.stop();
});
