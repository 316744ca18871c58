// The roster folder: attendance and adherence on the site view, files replaced and refused, the same after kill -9.
import fs from 'node:fs';
import path from 'node:path';
import { assert, equal, startDaemon, startRedis, state, until } from './lib.mjs';

const HEAD = 'date,agent,name,team,seat,start,end,activities,leave\n';
const MINUTE = 60_000;

// "HH:MM" and the date, UTC, of an instant
const clock = t => new Date(t).toISOString().slice(11, 16);
const date = t => new Date(t).toISOString().slice(0, 10);

function write(dir, name, rows) {
  const file = path.join(dir, name);
  fs.writeFileSync(`${file}.tmp`, HEAD + rows.join('\n'));
  fs.renameSync(`${file}.tmp`, file);
  const old = new Date(Date.now() - 10_000); // not being written to just now
  fs.utimesSync(file, old, old);
  return file;
}

async function site(scene, rows) {
  const dir = path.join(scene.dir, 'rosters');
  fs.mkdirSync(dir);
  if (rows) write(dir, '1.csv', rows);
  const config = path.join(scene.dir, 'shiftwall.yaml');
  // the day starts at noon or midnight, whichever is hours away: no test crosses it
  const hour = new Date().getUTCHours();
  fs.writeFileSync(config, `roster_dir: ${dir}\nsite:\n  day_starts: "${hour >= 4 && hour < 20 ? '00:00' : '12:00'}"\n`);
  const redis = await startRedis(scene, { persistent: true });
  const start = () => startDaemon(scene, { redis, args: ['--config', config] });
  const daemon = await start();
  await daemon.live();
  return { dir, redis, daemon, start };
}

const shift = (agent, team, from, to, rest = ',') => `${date(from)},${agent},,${team},,${clock(from)},${clock(to)},${rest}`;
const attendance = async daemon => (await daemon.view('site')).attendance;

export default {
  async 'a roster makes attendance, by site and team'(scene) {
    const now = Math.floor(Date.now() / MINUTE) * MINUTE;
    const from = now - 60 * MINUTE;
    const to = now + 60 * MINUTE;
    const { redis, daemon, start } = await site(scene, [
      shift('1', 'A', from, to), shift('2', 'A', from, to), shift('3', 'B', from, to), shift('4', 'B', from, to, ',annual'),
    ]);
    const at = (agent, name, ts) => ({ ...state(agent, name), ts });
    await redis.emit([at('1', 'ready', from - MINUTE), at('2', 'ready', from + 7 * MINUTE)]);
    await until('two are in', async () => (await attendance(daemon))?.present === 2);
    const a = await attendance(daemon);
    equal([a.scheduled, a.due, a.attended, a.absent, a.leave, a.late].join(), '3,3,2,1,1,1', 'the counts');
    equal(a.attendance_rate, 0.666667, 'the rate');
    equal(a.attendance_level, 'critical', 'the level');
    assert(Math.abs(a.expected_ms - 2 * (Date.now() - from)) < 3 * MINUTE, `expected ${a.expected_ms}`);
    equal(a.expected_ms - a.signed_in_ms, 7 * MINUTE, 'seven minutes are missing');
    const teams = await daemon.view('teams');
    equal(teams.attendance.A.attended, 2, 'team A');
    equal(teams.attendance.B.attendance_rate, 0, 'team B');
    const agents = await daemon.view('agents');
    equal(agents.agents['3'].team, 'B', 'who never came is on the wall, in the team of the roster');
    await daemon.process.kill('SIGKILL');
    const again = await start();
    await again.live();
    await until('the same again', async () => (await attendance(again))?.present === 2);
    const b = await attendance(again);
    equal([b.due, b.attended, b.absent, b.late, b.expected_ms - b.signed_in_ms].join(), [3, 2, 1, 1, 7 * MINUTE].join(), 'after kill -9');
  },

  async 'a newer file replaces the day, a faulty one is refused whole'(scene) {
    const now = Math.floor(Date.now() / MINUTE) * MINUTE;
    const from = now - 40 * MINUTE;
    const to = now + 60 * MINUTE;
    const { dir, redis, daemon } = await site(scene, [shift('1', 'A', from, to), shift('2', 'A', from, to)]);
    await redis.emit([{ ...state('1', 'ready'), ts: from }]);
    await until('one of two', async () => (await attendance(daemon))?.attended === 1 && (await attendance(daemon)).due === 2);
    write(dir, '2.csv', [shift('1', 'A', from, to), `${date(from)},2,,A,,8:00,17:00,,`]);
    await until('the fault is told', () => daemon.process.err.includes('2.csv:3:'));
    assert(daemon.process.err.includes('start: 8:00: must be HH:MM'), 'with its reason');
    equal((await attendance(daemon)).due, 2, 'nothing is half loaded');
    write(dir, '2.csv', [shift('1', 'A', from, to)]);
    await until('one of one', async () => (await attendance(daemon)).due === 1);
    equal((await attendance(daemon)).attendance_rate, 1, 'the rate');
    equal((await attendance(daemon)).attendance_level, 'ok', 'the level');
  },
};
