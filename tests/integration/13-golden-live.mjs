// The golden days, fed live on a virtual clock: what the daemon shows and has on record is what replay gives. SPEED (3600)
// is how fast the day goes by; at 60 an hour takes a minute (and PATIENCE, in seconds, has to be 1200).
//
// At great speed an event that is a tenth of a second late is minutes late, so that there may be alerts that end as soon
// as it is there; at SPEED 60 or less there may be none.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { clockOf, equal, root, startDaemon, startRedis, toolPath, until } from './lib.mjs';

const golden = path.join(root, 'tests/golden');
const SPEED = Number(process.env.SPEED ?? 3600);
const HOUR = 3600_000;
const BREACH = ['rule', 'agent', 'at', 'until', 'value_ms', 'limit_ms', 'excused', 'step'];
const SHIFT = ['agent', 'start', 'end', 'scheduled_ms', 'signed_in_ms', 'excused_ms', 'adherence', 'state_adherence'];
const BREAK = ['start', 'end', 'length_ms', 'allowance_ms', 'excess'];

// Only those members, and none that says nothing: a view leaves out what is not known.
const pick = (one, keys) => Object.fromEntries(keys.map(key => [key, one[key]]).filter(([, value]) => value !== null && value !== undefined));
const sorted = list => list.map(one => JSON.stringify(one)).sort();
// Members of a breach that the golden day leaves open are not compared.
const keyOf = one => `${one.rule} ${one.agent} ${one.at}`;
const breachesOf = (list, wanted) =>
  sorted(list.map(one => pick(one, BREACH.filter(key => wanted.find(want => keyOf(want) === keyOf(one))?.[key] !== undefined))));
const shiftsOf = list => sorted(list.map(one => ({ ...pick(one, SHIFT), breaks: (one.breaks ?? []).map(each => pick(each, BREAK)) })));
const alertsOf = list => sorted(list.map(one => ({ rule: one.rule, subject: one.subject, opened: one.opened })));

function same(got, want, what, { passing = false } = {}) {
  const extra = passing ? [] : got.filter(one => !want.includes(one));
  const missing = want.filter(one => !got.includes(one));
  equal({ extra, missing }, { extra: [], missing: [] }, what);
}

async function publish(redis, file) {
  const child = spawn(toolPath, ['publish', '--redis', redis.url, '--site', 'main', '--speed', String(SPEED), file], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', text => (said += text));
  equal(await new Promise(done => child.on('close', done)), 0, `publish: ${said}`);
}

async function live(scene, name) {
  const { args, report } = JSON.parse(fs.readFileSync(path.join(golden, `${name}.expected.json`), 'utf8'));
  const given = key => (args.includes(key) ? args[args.indexOf(key) + 1] : undefined);
  const events = path.join(golden, `${name}.jsonl`);
  const first = JSON.parse(fs.readFileSync(events, 'utf8').split('\n', 1)[0]).ts;
  const config = path.join(scene.dir, `${name}.yaml`);
  // a day that no midnight cuts
  const starts = new Date(first - 2 * HOUR + (given('--zone') ? 8 * HOUR : 0)).toISOString().slice(11, 13);
  fs.writeFileSync(config, `policy: ${path.join(golden, given('--policy'))}\nsite:\n  day_starts: "${starts}:00"\n  zone: ${given('--zone') ?? 'UTC'}\n`);
  const redis = await startRedis(scene, { persistent: true });
  const clock = `${new Date(first - HOUR / 60).toISOString()},${SPEED}`;
  const daemon = await startDaemon(scene, { redis, args: ['--config', config, '--data', path.join(scene.dir, name), '--clock', clock] });
  await daemon.live();
  const roster = await daemon.send('POST', 'roster', fs.readFileSync(path.join(golden, given('--roster')), 'utf8'), { type: 'text/csv' });
  equal(roster.status, 201, `the roster: ${JSON.stringify(roster.body)}`);
  for (const line of fs.readFileSync(path.join(golden, given('--grants')), 'utf8').split('\n').filter(Boolean)) {
    const { at, ...grant } = JSON.parse(line);
    equal((await daemon.send('POST', 'grants', grant)).status, 201, `the grant ${line}`);
  }
  await publish(redis, events);
  const last = Math.max(...report.shifts.map(one => one.end)) + HOUR / 6;
  await until('the day is over', async () => (await clockOf(daemon)) >= last, (4 * (last - first)) / SPEED + 20_000);
  // the last events may still be on their way into the views
  const shifts = async () => shiftsOf(Object.values((await daemon.view('shifts')).shifts));
  await until('the shifts', async () => JSON.stringify(await shifts()) === JSON.stringify(shiftsOf(report.shifts)), 10_000).catch(() => {});
  same(await shifts(), shiftsOf(report.shifts), 'the shifts');
  same(breachesOf(Object.values((await daemon.view('breaches')).breaches), report.breaches), breachesOf(report.breaches, report.breaches), 'the breaches');
  const records = (await daemon.send('GET', 'records?kind=alert')).body.records;
  const seen = records.map(({ body }) => ({ ...body, subject: body.subject ? `${body.kind}:${body.subject}` : body.kind }));
  const own = seen.filter(one => one.kind !== 'walk' && one.kind !== 'duty');
  // the days of the golden report are cut at midnight, this one is not
  const cut = name === 'default-day' ? ['answer_rate', 'service_level', 'abandon'] : [];
  same(alertsOf(own), alertsOf(report.alerts.filter(one => !cut.includes(one.rule))), 'the alerts', { passing: SPEED > 60 || cut.length });
  const open = Object.values((await daemon.view('alerts')).alerts).filter(one => !/^(walk|duty)/.test(one.subject) && !cut.includes(one.rule));
  equal(alertsOf(open), alertsOf(report.alerts.filter(one => one.closed === null)), 'those that are open');
}

export default Object.fromEntries(
  ['default-day', 'floor-day', 'manual-day', 'telecom-day'].map(name => [`${name}, live`, scene => live(scene, name)]),
);
