// What the server may send, and what we make of frames that are none of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asIntervals, asQueues, asSite, asTeamHistory, decodeMessage } from '../src/wire/message';

const decode = (value: unknown): unknown => decodeMessage(JSON.stringify(value));

test('hello, with and without a site', () => {
  assert.deepEqual(decode({ op: 'hello', server: 'shiftwall/1.0', now: 5, site: 'main', sites: ['main', 3], epoch: '9f2c', role: 'display' }),
    { op: 'hello', server: 'shiftwall/1.0', now: 5, sites: ['main'], epoch: '9f2c', site: 'main' });
  assert.deepEqual(decode({ op: 'hello', now: 5 }), { op: 'hello', server: '', now: 5, sites: [], epoch: '' });
  assert.equal(decode({ op: 'hello', server: 'x' }), undefined);
});

test('views: whole, patch, and neither', () => {
  assert.deepEqual(decode({ op: 'view', view: 'site', ver: 'a:1', at: 1, full: { x: 1 } }), { op: 'full', view: 'site', ver: 'a:1', doc: { x: 1 } });
  assert.deepEqual(decode({ op: 'view', view: 'site', ver: 'a:2', base: 'a:1', patch: {} }), { op: 'patch', view: 'site', ver: 'a:2', base: 'a:1', patch: {} });
  assert.equal(decode({ op: 'view', view: 'site', ver: 'a:2', patch: {} }), undefined);
  assert.equal(decode({ op: 'view', view: 'site', ver: 'a:2', full: [] }), undefined);
  assert.equal(decode({ op: 'view', view: 'site', full: {} }), undefined);
});

test('feed, pong and error', () => {
  assert.deepEqual(decode({ op: 'feed', site: 'main', status: 'stale', since: 7, last_event: 6 }), { op: 'feed', feed: { status: 'stale', since: 7, last_event: 6 } });
  assert.equal(decode({ op: 'feed', status: 'sleepy', since: 7 }), undefined);
  assert.equal(decode({ op: 'feed', status: 'live' }), undefined);
  assert.deepEqual(decode({ op: 'pong', t: 1, now: 2 }), { op: 'pong', t: 1, now: 2 });
  assert.equal(decode({ op: 'pong', t: 1 }), undefined);
  assert.deepEqual(decode({ op: 'error', code: 'forbidden', text: 'no' }), { op: 'error', code: 'forbidden', text: 'no' });
});

test('rubbish is nothing, and never throws', () => {
  for (const frame of ['', '{', 'null', '[]', '7', '"x"', '{"op":"no"}', '{}', undefined, null, 4, new ArrayBuffer(3)]) assert.equal(decodeMessage(frame), undefined);
});

test('a view without its main members is refused', () => {
  assert.equal(asSite({ name: 'x' }), undefined);
  assert.equal(asQueues({ queues: [] }), undefined);
  assert.equal(asIntervals({ intervals: {} }), undefined);
  assert.ok(asIntervals({ intervals: {}, interval_ms: 900000 }));
});

test('the course of the teams keeps what is well formed', () => {
  assert.deepEqual(asTeamHistory({ intervals: [{ start_ms: 1, teams: { A: { staffed_ms: 2 }, B: null } }, { teams: {} }, 3] }), [{ start: 1, teams: [{ staffed_ms: 2 }] }]);
  assert.deepEqual(asTeamHistory(null), []);
});
