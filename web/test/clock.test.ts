import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServerClock } from '../src/net/clock';

test('the offset is half the round trip, whatever the clock of the screen says', () => {
  for (const wall of [0, 1_700_000_000_000, 4_000_000_000_000]) {
    let t = 1000;
    const clock = new ServerClock(() => t, () => wall);
    assert.equal(clock.now(), wall);
    clock.learn(1_763_881_200_000, 1000, 1200);
    t = 1200;
    assert.equal(clock.now(), 1_763_881_200_100);
    t = 61_200;
    assert.equal(clock.now(), 1_763_881_260_100);
  }
});

test('the offset may turn either way: it is not clamped', () => {
  let t = 0;
  const clock = new ServerClock(() => t, () => 5_000_000);
  clock.learn(1000, 0, 0);
  assert.equal(clock.now(), 1000);
  t = 15_000;
  clock.learn(14_000, t, t);
  assert.equal(clock.now(), 14_000);
});

test('a correction of some seconds is no change of pace', () => {
  let t = 0;
  const clock = new ServerClock(() => t, () => 0);
  clock.learn(0, 0, 0);
  t = 15_000;
  clock.learn(18_000, t, t);
  t = 16_000;
  assert.equal(clock.now(), 19_000);
});

test('a virtual clock at 60x is followed between two pongs', () => {
  let t = 0;
  const clock = new ServerClock(() => t, () => 0);
  clock.learn(1_000_000, 0, 0);
  t = 2000;
  clock.learn(1_120_000, t, t);
  t = 12_000;
  assert.equal(clock.now(), 1_120_000 + 600_000);
  clock.forgetRate();
  clock.learn(9_000_000, t, t);
  assert.equal(clock.now(), 9_000_000);
});
