import assert from 'node:assert/strict';
import { test } from 'node:test';
import { average, clockTime, count, DASH, date, duration, minuteTime, moment, percent, percentLimit } from '../src/i18n/format';

test('durations', () => {
  assert.equal(duration(0), '0:00');
  assert.equal(duration(999), '0:00');
  assert.equal(duration(61_000), '1:01');
  assert.equal(duration(3_599_999), '59:59');
  assert.equal(duration(3_600_000), '1:00:00');
  assert.equal(duration(100 * 3_600_000 + 62_000), '100:01:02');
  assert.equal(duration(-1500), '0:00');
  assert.equal(duration(undefined), DASH);
  assert.equal(duration(NaN), DASH);
  assert.equal(average(14_500), '0:15');
  assert.equal(average(undefined), DASH);
});

test('shares and counts', () => {
  assert.equal(percent(0.9166), '91.7%');
  assert.equal(percent(1), '100.0%');
  assert.equal(percent(0), '0.0%');
  assert.equal(percent(undefined), DASH);
  assert.equal(percentLimit(0.8), '80%');
  assert.equal(percentLimit(0.125), '12.5%');
  assert.equal(count(1234567), '1,234,567');
  assert.equal(count(undefined), DASH);
});

test('times are those of the site, over the changes of summer time', () => {
  const at = Date.UTC(2026, 10, 23, 2, 42, 7);
  assert.equal(clockTime(at, 'Asia/Shanghai'), '10:42:07');
  assert.equal(minuteTime(at, 'Asia/Shanghai'), '10:42');
  assert.equal(clockTime(Date.UTC(2026, 10, 22, 16, 0, 0), 'Asia/Shanghai'), '00:00:00');
  assert.equal(clockTime(Date.UTC(2026, 2, 29, 0, 59, 59), 'Europe/Berlin'), '01:59:59');
  assert.equal(clockTime(Date.UTC(2026, 2, 29, 1, 0, 0), 'Europe/Berlin'), '03:00:00');
  assert.equal(clockTime(at, 'No/Such_Zone'), '02:42:07');
  assert.equal(clockTime(undefined, 'UTC'), DASH);
  assert.match(date(at, 'Asia/Shanghai', 'zh-CN'), /2026/);
  assert.equal(moment(at, 'UTC', at - 1), '02:42:07');
  assert.match(moment(at - 86_400_000, 'UTC', at), /22/);
});
