// When the figures may be believed, and that nothing counts up once they may not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { now } from '../src/store/time';
import { DISCONNECTED_AFTER_MS, feed, figuresAt, health, line, makeSink } from '../src/store/wall';

const T = 1_763_865_727_000;
const ago = (ms: number): number => performance.now() - ms;

test('a short loss of the line is not shown, a longer one freezes the figures at the last frame', () => {
  now.value = T;
  feed.value = { status: 'live', since: T - 60_000 };
  line.value = { up: false, at: ago(500), asOf: T - 500 };
  assert.equal(health.value.kind, 'live');
  line.value = { up: false, at: ago(DISCONNECTED_AFTER_MS + 1), asOf: T - 3001 };
  assert.deepEqual(health.value, { kind: 'disconnected', asOf: T - 3001 });
  now.value = T + 60_000;
  assert.equal(figuresAt.value, T - 3001);
  line.value = { up: true, at: ago(0), asOf: T };
  assert.equal(health.value.kind, 'live');
  assert.equal(figuresAt.value, T + 60_000);
});

test('a loss becomes visible by the tick alone', async () => {
  line.value = { up: false, at: ago(DISCONNECTED_AFTER_MS - 20), asOf: T };
  assert.equal(health.value.kind, 'live');
  await new Promise((resolve) => setTimeout(resolve, 60));
  now.value = T + 61_000;
  assert.equal(health.value.kind, 'disconnected');
  line.value = { up: true, at: ago(0), asOf: T };
});

test('how far the journal has been read is shown', () => {
  const sink = makeSink(() => undefined);
  sink.feed({ status: 'catching-up', since: T, progress: 0.42 });
  assert.deepEqual(health.value, { kind: 'catching-up', since: T, asOf: undefined, progress: 0.42 });
  sink.feed({ status: 'catching-up', since: T });
  assert.deepEqual(health.value, { kind: 'catching-up', since: T, asOf: undefined });
  sink.feed({ status: 'live', since: T });
});

test('what the feed says is shown with since when', () => {
  const sink = makeSink(() => undefined);
  for (const status of ['stale', 'catching-up', 'incomplete'] as const) {
    sink.feed({ status, since: T });
    const h = health.value;
    assert.equal(h.kind, status);
    assert.equal('since' in h && h.since, T);
  }
  sink.feed({ status: 'incomplete', since: T, incomplete_since: T - 5000 });
  assert.deepEqual(health.value, { kind: 'incomplete', since: T - 5000 });
  sink.feed({ status: 'live', since: T });
  assert.equal(health.value.kind, 'live');
});

test('a stale feed stops the timers; the same state is the same object', () => {
  const sink = makeSink(() => undefined);
  sink.feed({ status: 'stale', since: T, last_event: T - 1000 });
  now.value = T + 10_000;
  const first = health.value;
  assert.ok(figuresAt.value <= T);
  now.value = T + 11_000;
  assert.equal(health.value, first);
  assert.ok(figuresAt.value <= T);
  sink.feed({ status: 'live', since: T });
});

test('a lost line is reported once with the time of the last frame', () => {
  const sink = makeSink(() => undefined);
  line.value = { up: true, at: ago(0), asOf: undefined };
  sink.heard();
  sink.lost(1006, 500, true);
  const { up, at, asOf } = line.value;
  assert.equal(up, false);
  assert.ok(asOf !== undefined);
  sink.lost(1006, 900, false);
  assert.equal(line.value.at, at);
});
