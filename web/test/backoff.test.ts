import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BACKOFF_MAX_MS, BACKOFF_MIN_MS, backoffMs, waitAfterClose } from '../src/net/backoff';
import { reloadWait } from '../src/store/guard';

test('the back-off stays within 0.5 and 20 seconds and uses all of it', () => {
  for (let attempt = 0; attempt < 100; attempt++) {
    assert.equal(backoffMs(attempt, () => 0), BACKOFF_MIN_MS);
    const top = backoffMs(attempt, () => 1);
    assert.ok(top <= BACKOFF_MAX_MS && top > BACKOFF_MIN_MS);
    if (attempt > 8) assert.equal(top, BACKOFF_MAX_MS);
  }
  assert.ok(backoffMs(0, () => 1) <= 1000);
});

test('a refusal is not tried again quickly', () => {
  for (const code of [4400, 4401, 4403, 4429]) assert.ok(waitAfterClose(code, '', 0, () => 0) >= 30_000);
});

test('a server that goes down says when to come back', () => {
  assert.equal(waitAfterClose(4001, 'retry_ms=2750', 9, () => 0), 2750);
  assert.equal(waitAfterClose(4001, 'retry_ms=999999', 9, () => 0), 60_000);
  assert.equal(waitAfterClose(4001, 'retry_ms=1', 9, () => 0), BACKOFF_MIN_MS);
  assert.ok(waitAfterClose(4001, '', 9, () => 1) <= 5000);
});

test('reloads slow down', () => {
  assert.equal(reloadWait(0), 2000);
  assert.ok(reloadWait(3) > reloadWait(2));
  assert.equal(reloadWait(1000), 300_000);
});
