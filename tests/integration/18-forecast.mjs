// The forecast: what the same weekday was offered before, kept in the store over a week, and who is required by it.
import path from 'node:path';
import { assert, equal, startDaemon, startRedis, state, until } from './lib.mjs';

const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;
const MONDAY = Date.UTC(2026, 10, 16);
const WEEK = 7 * 24 * 60 * MINUTE;
const NINE = 9 * 60 * MINUTE;

/** Calls of a minute each, COUNTS[i] in the Ith quarter from nine on. */
function callsOf(day, counts) {
  const events = [];
  counts.forEach((count, quarter) => {
    for (let i = 0; i < count; i++) {
      const ts = day + NINE + quarter * QUARTER + i * 10_000;
      const call = `${day}-${quarter}-${i}`;
      events.push({ type: 'call.queued', ts, call, queue: 'sales' }, { type: 'call.answered', ts: ts + 2000, call, queue: 'sales', agent: '1' },
        { type: 'call.ended', ts: ts + 62_000, call, agent: '1' });
    }
  });
  return events.sort((a, b) => a.ts - b.ts);
}

const atNight = (day, minute) => [
  { type: 'call.queued', ts: day + minute * MINUTE, call: `night-${day}-${minute}`, queue: 'sales' },
  { type: 'call.abandoned', ts: day + (minute + 0.5) * MINUTE, call: `night-${day}-${minute}`, queue: 'sales' },
];

async function emit(redis, events) {
  for (let i = 0; i < events.length; i += 100) await redis.emit(events.slice(i, i + 100));
}

const staffingOf = async daemon => JSON.parse((await daemon.get('/api/v1/sites/main/views/staffing')).body);

export default {
  async 'the forecast is last week’s shape at today’s level, and says who is short'(scene) {
    const redis = await startRedis(scene, { persistent: true });
    const data = path.join(scene.dir, 'data');
    const start = when => startDaemon(scene, { redis, args: ['--data', data, '--clock', `${new Date(when).toISOString()},60`] });
    const before = [40, 20, 60, 80];
    let daemon = await start(MONDAY + NINE + 60 * MINUTE);
    await daemon.live();
    // calls in the night: the whole day is on record
    await emit(redis, [...atNight(MONDAY, 1), ...atNight(MONDAY, 2)]);
    await emit(redis, [{ ...state('1', 'ready'), ts: MONDAY + NINE }, ...callsOf(MONDAY, before)]);
    const none = await until('the outlook of a site without a past', async () => {
      const view = await staffingOf(daemon);
      return view.forecast?.offered === 202 && view;
    });
    equal([none.forecast.days, none.forecast.expected, none.now.by], [0, undefined, 'lately'], 'no forecast');
    assert(none.intervals[MONDAY + NINE + 6 * QUARTER].forecast === undefined, 'nor a curve');
    const rows = async () => Number(/^shiftwall_store_history_rows_total\S* (\d+)/m.exec((await daemon.get('/metrics')).body)?.[1] ?? 0);
    const written = await rows();
    await until('the quarter that follows is in the store', async () => (await rows()) > written, 30_000);
    await daemon.process.kill('SIGTERM');

    const today = MONDAY + WEEK;
    daemon = await start(today + NINE + 30 * MINUTE);
    await daemon.live();
    await emit(redis, [...atNight(today, 1), { ...state('1', 'ready'), ts: today + NINE }, ...callsOf(today, [20, 10])]);
    const view = await until('the outlook with a past', async () => {
      const found = await staffingOf(daemon);
      return found.forecast?.offered === 31 && found;
    });
    equal([view.forecast.days, view.forecast.scaled], [1, true], 'one Monday');
    const share = i => Math.round(view.intervals[today + NINE + i * QUARTER].forecast);
    equal([0, 1, 2, 3].map(share), before.map(n => n / 2), 'half of it');
    equal(share(4), 0, 'nothing after that');
    assert(Math.abs(view.forecast.scale - 0.5) < 1e-6 && Math.abs(view.forecast.expected - 101) < 0.01, 'the level and the day');
    equal([view.now.by, view.now.signed_in, view.now.method], ['forecast', 1, 'erlang_c'], 'the need of the quarter that runs');
    const { required } = view.intervals[today + NINE + 2 * QUARTER];
    equal([view.now.required, view.now.short], [required, required - 1], 'is that of its interval');
    assert(required >= 3 && required <= 6, `two erlangs need ${required}`);
    const chart = JSON.parse((await daemon.get('/api/v1/sites/main/charts/now.json')).body);
    const drawn = chart.intervals.find(one => one.start === today + NINE + 3 * QUARTER);
    // twice as many as forecast in the quarter that follows: a surge
    await daemon.process.kill('SIGTERM');
    await emit(redis, callsOf(today, [0, 0, 60]));
    daemon = await start(today + NINE + 46 * MINUTE);
    await daemon.live();
    const surge = await until('the surge', async () => Object.values((await daemon.view('alerts')).alerts).find(a => a.rule === 'surge'));
    equal([surge.subject, surge.value, surge.limit, surge.opened], ['site', 60, 39, today + NINE + 3 * QUARTER], 'sixty instead of thirty');
    equal([drawn.forecast, drawn.required], [40, view.intervals[today + NINE + 3 * QUARTER].required], 'the chart has the same');
  },
};
