import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitAgents, type Space } from '../src/view/agent_fit';
import { limitMark } from '../src/view/elapsed';
import { emWidth } from '../src/view/box';
import { read, serviceLevelParts, waitLevel } from '../src/view/figures';
import { chartData, hourTicks } from '../src/view/chart';
import { groupAgents, labelOf } from '../src/view/widgets/agent_grid';
import { tiling } from '../src/view/widgets/totals';
import { parseLang, parseRoute, parseTheme } from '../src/store/prefs';
import { shareOf } from '../src/store/history';
import type { AgentView, Kpi, QueueView } from '../src/wire/types';

const kpi = (over: Partial<Kpi> = {}): Kpi => ({
  offered: 110, answered: 90, abandoned: 10, short_abandoned: 4, exited: 5, handled: 88, answered_in_target: 72, abandoned_in_target: 6,
  wait_answered_ms: 900_000, wait_abandoned_ms: 200_000, longest_wait_ms: 95_000, talk_ms: 1, hold_ms: 2, wrapup_ms: 3, answer_rate: 0.9, service_level: 0.72, ...over,
});
const queue = (over: Partial<QueueView> = {}): QueueView => ({
  name: 'Sales', formula: 'all', wait_warning_ms: 30_000, wait_critical_ms: 60_000, today: kpi(), interval: kpi(), last15: kpi(), last30: kpi(), last60: kpi(),
  now: { waiting: 1, oldest_since: 1000, staffed: 3, agents: { ready: 1, talking: 2 } }, ...over,
});

test('the five service levels', () => {
  const k = kpi();
  assert.deepEqual(serviceLevelParts(k, 'all'), { num: 72, den: 100 });
  assert.deepEqual(serviceLevelParts(k, 'ignore_abandoned_in_target'), { num: 72, den: 94 });
  assert.deepEqual(serviceLevelParts(k, 'ignore_short'), { num: 72, den: 96 });
  assert.deepEqual(serviceLevelParts(k, 'abandoned_ok'), { num: 78, den: 100 });
  assert.deepEqual(serviceLevelParts(k, 'answered_only'), { num: 72, den: 90 });
  assert.deepEqual(serviceLevelParts(kpi({ overdue: 3 }), 'all'), { num: 72, den: 103 });
  assert.deepEqual(serviceLevelParts(kpi({ overdue: 3 }), 'answered_only'), { num: 72, den: 90 });
});

test('figures with their numerator and denominator', () => {
  const rate = read('answer_rate', queue(), 'today', 0);
  assert.deepEqual([rate.text, rate.num, rate.den], ['90.0%', '90', '100']);
  const excluding = read('answer_rate', queue({ today: kpi({ answer_rate: 0.9375 }) }), 'today', 0);
  assert.deepEqual([excluding.num, excluding.den], ['90', '96']);
  const { answer_rate: _, ...none } = kpi({ answered: 0, abandoned: 0 });
  assert.equal(read('answer_rate', queue({ today: none }), 'today', 0).text, '–');
  const level = read('service_level', queue(), 'today', 0);
  assert.deepEqual([level.text, level.num, level.den], ['72.0%', '72', '100']);
  // A group of queues with different formulas has no one pair.
  assert.equal(read('service_level', queue({ today: kpi({ service_level: 0.8 }) }), 'today', 0).num, undefined);
  assert.equal(read('longest_now', queue(), 'today', 32_500).text, '0:31');
  assert.equal(read('longest_now', queue(), 'today', 500).text, '0:00');
  assert.equal(read('handling', queue(), 'today', 0).text, '2');
  assert.equal(read('wait_p90', queue({ today: kpi({ wait_p90_ms: 31_000 }) }), 'last15', 0).text, '–');
});

test('levels of a running wait', () => {
  assert.equal(waitLevel(29_999, queue()), 'ok');
  assert.equal(waitLevel(30_000, queue()), 'warning');
  assert.equal(waitLevel(60_000, queue()), 'critical');
  assert.equal(waitLevel(undefined, queue()), undefined);
});

test('the mark of a limit appears as time passes', () => {
  assert.equal(limitMark(0, 600_000, false, 479_999), undefined);
  assert.equal(limitMark(0, 600_000, false, 480_000), 'near');
  assert.equal(limitMark(0, 600_000, false, 600_000), 'near');
  assert.equal(limitMark(0, 600_000, false, 600_001), 'over');
  assert.equal(limitMark(0, undefined, false, 1e9), undefined);
  assert.equal(limitMark(0, undefined, true, 0), 'over');
});

const cell = { w: 6, h: 2.95 };
test('any number of agents fits without scrolling', () => {
  for (const n of [1, 7, 60, 120, 300, 700]) {
    for (const [w, h] of [[1880, 850], [3760, 1750], [600, 400]] as const) {
      const space: Space = { w, h, gap: 4, most: 40, least: 10 };
      for (const sizes of [[n], Array.from({ length: 6 }, (_, i) => Math.ceil((n + i) / 6))]) {
        const layout = fitAgents(sizes, true, cell, space);
        const total = sizes.reduce((a, b) => a + b, 0) + sizes.length;
        if (layout.mode === 'flow') {
          const rows = Math.ceil(Math.min(total, layout.capacity) / layout.columns);
          assert.ok(rows * layout.row + (rows - 1) * space.gap <= h + 1, `${n} ${w} flow`);
          assert.ok(layout.columns * cell.w * layout.em <= w + 1);
        } else {
          const rows = Math.ceil(Math.max(...sizes) / layout.columns);
          const down = Math.ceil(sizes.length / layout.blocks);
          assert.ok(down * (rows * layout.row + (rows - 1) * space.gap + 1.7 * layout.em) + (down - 1) * space.gap * 3 <= h + 1, `${n} ${w} blocks`);
        }
        assert.ok(layout.em >= Math.min(space.least, 10) - 0.01 || layout.mode === 'flow');
      }
    }
  }
});

test('60 agents are large on a full-HD screen', () => {
  const layout = fitAgents([10, 10, 10, 10, 10, 10], true, cell, { w: 1860, h: 830, gap: 4, most: 40, least: 10 });
  assert.ok(layout.em >= 30, String(layout.em));
});

test('agents are grouped, ordered and labelled', () => {
  const agent = (over: Partial<AgentView>): AgentView => ({ state: 'ready', since: 5, ...over });
  const all = [['1010', agent({ team: 'B' })], ['102', agent({ team: 'A', state: 'talking', since: 1 })], ['99', agent({ team: 'A', since: 9 })], ['7', agent({ team: 'A', state: 'offline' })]] as const;
  const groups = groupAgents(all, {}, (id) => `team ${id}`);
  assert.deepEqual(groups.map((g) => [g.name, g.entries.map(([id]) => id)]), [['team A', ['99', '102']], ['team B', ['1010']]]);
  assert.deepEqual(groupAgents(all, { group_by: 'none', sort: 'time', offline: true }, String)[0]?.entries.map(([id]) => id), ['102', '7', '1010', '99']);
  assert.equal(labelOf('1001', agent({ name: '王芳', seat: '07' }), 'auto', true), '王芳');
  assert.equal(labelOf('1001', agent({ name: '王芳', seat: '07' }), 'auto', false), '07');
  assert.equal(labelOf('1001', agent({ name: '王芳' }), 'name', false), '1001');
});

test('the chart has every interval once, the missing ones empty', () => {
  const step = 900_000;
  const day = 1_700_000_000_000;
  const figures = { offered: 4, answered: 3, abandoned: 1, service_level: 0.5 };
  const view = { interval_ms: step, day_start: day, day_end: day + 86_400_000, intervals: { [day + 40 * step]: figures, [day + 42 * step]: figures } };
  const data = chartData(view, ['offered', 'service_level']);
  assert.ok(data);
  assert.equal(data.to, day + 43 * step);
  assert.equal(data.from, day + 27 * step);
  assert.equal(data.columns[0].length, 16);
  assert.deepEqual([...(data.columns[1] ?? [])].slice(-3), [4, null, 4]);
  assert.equal(chartData({ ...view, intervals: {} }, ['offered']), undefined);
  const ticks = hourTicks(data.from, data.to, day, 5);
  assert.ok(ticks.length >= 2 && ticks.every((t) => (t - day) % 3_600_000 === 0));
  assert.ok(hourTicks(day, day + 86_400_000, day, 6).length <= 6);
});

test('tiles', () => {
  assert.equal(tiling({ w: 1200, h: 100 }, 6, 4, 2, 99).columns, 6);
  assert.equal(tiling({ w: 100, h: 1200 }, 6, 4, 2, 99).columns, 1);
  assert.ok(emWidth('服务水平') === 4 && emWidth('0:05') < 2.5);
});

test('the address', () => {
  const query = (text: string): URLSearchParams => new URLSearchParams(text);
  assert.deepEqual(parseRoute('/', query('')), { page: 'home' });
  assert.deepEqual(parseRoute('/wall/overview', query('')), { page: 'wall', boards: ['overview'], every: undefined });
  assert.deepEqual(parseRoute('/wall/overview,queues,agents', query('every=30')), { page: 'wall', boards: ['overview', 'queues', 'agents'], every: 30 });
  assert.deepEqual(parseRoute('/wall/a%2Cb,,a', query('every=abc')), { page: 'wall', boards: ['a', 'b'], every: undefined });
  assert.equal(parseRoute('/wall/', query('')).page, 'missing');
  assert.equal(parseRoute('/wall/%E0', query('')).page, 'missing');
  assert.equal(parseRoute('/console', query('')).page, 'missing');
  assert.equal(parseLang(null, ['fr', 'zh-TW', 'en']), 'zh-CN');
  assert.equal(parseLang('en', ['zh-CN']), 'en');
  assert.equal(parseLang('xx', ['de']), 'en');
  assert.equal(parseTheme('light'), 'light');
  assert.equal(parseTheme(null), 'dark');
});

test('shares of teams are those of their sums', () => {
  const teams = [{ staffed_ms: 100, ready_ms: 30, break_ms: 5, talking_ms: 60 }, { staffed_ms: 300, meal_ms: 35, wrapup_ms: 40 }];
  assert.equal(shareOf('idle', teams), 30 / 400);
  assert.equal(shareOf('non_service', teams), 40 / 400);
  assert.equal(shareOf('work_efficiency', teams), 100 / 400);
  assert.equal(shareOf('idle', [{}]), undefined);
});
