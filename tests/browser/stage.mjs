// A floor to play the console's scenarios on: a real Redis and a real daemon, whose clock strikes nine of a Monday in
// Shanghai whenever the tests run. What happened since six was emitted before the daemon started and is replayed by it.
//
// A stage: { url, daemon, redis, over: { agent, alert, breach }  out too long: an open alert and an undecided breach
//            busy: { agent, alert, breach }   another;   calm: { agent }   somebody present, without any
//            walk                the id of the walk that is due
//            people: { a, b }    two who may record: { name } on this machine
//            now()               the daemon's clock;   at('8:55')   that time of its day
//            emit(events)        what happens on the floor;   record(method, path, body)   a write past the consoles
//            records(query)      what the server has on record, the newest first
//            stop(), start()     the daemon is lost (kill -9), and back;   pause(), resume()   it hangs
//            leapTo(time)        the daemon is lost, and back at another time
//            fillDisk(), freeDisk()   no file can grow any more, and they can again }
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { call, equal, root, startDaemon, startRedis, state, toolPath, until } from '../integration/lib.mjs';

const MINUTE = 60_000;
const DATE = '2026-11-23';
const NINE = Date.parse(`${DATE}T09:00:00+08:00`);
const STARTS_WITHIN_MS = [300, 2000, 10_000]; // the daemon has to be there before nine: tried in turn
const BETWEEN_WALKS = Date.parse(`${DATE}T09:05:00+08:00`);
const HEAD = 'date,agent,name,team,seat,start,end,activities,leave';
const NAMES = ['王芳', '李强', '张敏', '刘洋', '陈静', '杨帆', '赵磊', '黄丽', '周杰', '吴倩', '徐峰', '孙悦', '朱琳', '马超', '胡蓉', '郭涛', '林娜', '何伟', '高洁', '罗斌', '郑爽', '梁栋', '谢雨', '宋佳'];
const TEAMS = ['A', 'B', 'C'];
const QUEUES = ['sales', 'support', 'billing'];

const at = text => Date.parse(`${DATE}T${text.padStart(5, '0')}:00+08:00`);

// Everybody works 8:00 to 17:00 and came five minutes early, but for these: their shift, leave, and what they did, at
// which time and why.
const OTHERWISE = {
  1002: { did: [['8:52', 'busy', '处理疑难件']] },
  1003: { did: [['8:57', 'break']] },
  1005: { did: [] },
  1006: { shift: ['09:10', '18:00'], did: null },
  1008: { shift: ['06:00', '15:00'], did: [['8:40', 'meal']] },
  1009: { shift: ['08:30', '17:30'], came: '8:36', did: [] },
  1010: { did: [['8:30', 'break'], ['8:37', 'ready'], ['8:46', 'break']] },
  1012: { shift: ['08:42', '17:42'], did: null },
  1015: { leave: 'annual', did: null },
  1016: { did: [['8:55', 'wrapup']] },
  1018: { did: null },
  1020: { did: [['8:20', 'offline'], ['8:25', 'ready']] },
  1022: { shift: ['06:00', '09:00'], did: [['8:45', 'offline']] },
};
const AGENTS = NAMES.map((name, i) => ({ id: String(1001 + i), name, seat: String(i + 1).padStart(2, '0'), team: TEAMS[Math.floor(i / 8)] }));

function roster() {
  const rows = AGENTS.map(({ id, name, seat, team }) => {
    const { shift: [start, end] = ['08:00', '17:00'], leave = '' } = OTHERWISE[id] ?? {};
    return [DATE, id, name, team, seat, start, end, 'meal 12:00-13:00', leave].join(',').replace(/meal[^,]*/, start < '07:00' ? '' : '$&');
  });
  return [HEAD, ...rows, ''].join('\n');
}

function morning() {
  const events = [];
  AGENTS.forEach(({ id, team }, i) => {
    const { shift, came, did = [[`8:${48 + (i % 10)}`, i % 3 ? 'talking' : 'ready']] } = OTHERWISE[id] ?? {};
    if (!did) return;
    const more = { team, queues: [QUEUES[i % 3]] };
    const [hour, minute] = (came ?? shift?.[0] ?? '08:00').split(':').map(Number);
    const first = came ? at(came) : at(`${hour}:${String(minute).padStart(2, '0')}`) - 5 * MINUTE;
    events.push({ ...state(id, 'ready', more), ts: first });
    for (const [time, name, reason] of did) events.push({ ...state(id, name, { ...more, ...(reason ? { reason } : {}) }), ts: at(time) });
  });
  for (let i = 0; i < 90; i++) {
    const ts = at('8:00') + i * 39_000;
    const queue = QUEUES[i % 3];
    const id = `c${i}`;
    events.push({ ...call('queued', id, { queue }), ts });
    if (i % 11 === 7) events.push({ ...call('abandoned', id), ts: ts + 41_000 });
    else {
      const agent = ['1001', '1004', '1007', '1011', '1013', '1014'][i % 6];
      events.push({ ...call('answered', id, { agent }), ts: ts + 6_000 + (i % 5) * 4_000 }, { ...call('ended', id), ts: ts + 30_000 + (i % 5) * 1_000 });
    }
  }
  events.push({ ...call('queued', 'w1', { queue: 'support' }), ts: at('8:58') }, { ...call('queued', 'w2', { queue: 'sales' }), ts: at('8:59') });
  return events.sort((a, b) => a.ts - b.ts);
}

/** Another address of this machine than the loopback, where accounts are needed; undefined where there is none. */
export const otherAddress = Object.values(os.networkInterfaces()).flat().find(one => one.family === 'IPv4' && !one.internal)?.address;

const pin = text => spawnSync(toolPath, ['pin'], { input: `${text}\n`, encoding: 'utf8' }).stdout.trim();

/** People with PINs, for a site that has accounts. Hashing is slow on purpose: only who asks for accounts waits for it. */
const PEOPLE = [
  { id: 'zhang', name: '张三', role: 'lead', teams: ['A', 'B'], secret: '1234' },
  { id: 'li', name: '李四', role: 'duty', secret: '2345' },
  { id: 'wu', name: '吴主管', role: 'manager', secret: '3456' },
  { id: '1010', name: '吴倩', role: 'agent', secret: '1010' },
];

/** The rules of a floor, with sign-in charts at other TIMES of the day. */
function policyWithCharts(scene, times) {
  const file = path.join(scene.dir, 'policy.yaml');
  const text = fs.readFileSync(path.join(root, 'deploy/policies/floor.yaml'), 'utf8');
  fs.writeFileSync(file, text.replace('  charts.per_day:\n', `$&    at: ${JSON.stringify(times)}\n`));
  return file;
}

function configure(scene, { accounts, charts, elsewhere, empty, store }) {
  const data = path.join(scene.dir, 'data');
  const rosters = path.join(scene.dir, 'rosters');
  fs.mkdirSync(data);
  fs.mkdirSync(rosters);
  if (store === 'damaged') fs.writeFileSync(path.join(data, 'shiftwall.db'), 'this is no database, but it may be all somebody has');
  if (!empty) {
    const file = path.join(rosters, 'day.csv');
    fs.writeFileSync(file, roster());
    const old = new Date(Date.now() - 10_000); // not being written to just now
    fs.utimesSync(file, old, old);
  }
  const people = accounts ? PEOPLE.map(({ secret, ...person }) => ({ ...person, pin: pin(secret) })) : [];
  const list = (key, items) => (items.length ? `${key}:\n${items.map(item => `  - ${JSON.stringify(item)}\n`).join('')}` : '');
  const config = path.join(scene.dir, 'shiftwall.yaml');
  fs.writeFileSync(config, `policy: ${charts ? policyWithCharts(scene, charts) : 'floor'}\nroster_dir: ${rosters}\nopen_reads: ${Boolean(elsewhere)}\n${list('people', people)}site:\n  name: 上海现场\n  zone: Asia/Shanghai\n  names: true\n`
    + `  queues:\n${QUEUES.map((id, i) => `    - {id: ${id}, name: ${['销售', '技术支持', '账单'][i]}}\n`).join('')}`);
  return ['--config', config, ...(store === 'none' ? [] : ['--data', data])];
}

/** OPTIONS: accounts: people have PINs; elsewhere: consoles come from another machine; empty: nobody and nothing is there;
 * store: 'none' or 'damaged', nothing can be recorded; charts: the times of the day's sign-in charts. */
export async function openStage(scene, options = {}) {
  const redis = await startRedis(scene, { persistent: true });
  await redis.loadFunction();
  const events = options.empty ? [] : morning();
  for (let i = 0; i < events.length; i += 50) await redis.emit(events.slice(i, i + 50));
  const args = [...configure(scene, options), ...(options.elsewhere ? ['--listen', '0.0.0.0:0'] : []), '--clock', ''];
  let offset = 0; // from this machine's clock to the daemon's
  const now = () => Date.now() + offset;
  const setClock = () => args.splice(-1, 1, `${new Date(now()).toISOString()},1`);
  const setTime = time => {
    offset = time - Date.now();
    setClock();
  };
  setTime(options.empty ? BETWEEN_WALKS : NINE - STARTS_WITHIN_MS[0]);
  // A file that would grow past the limit is an error to whoever writes it, as on a full disk, and not the end of them.
  const daemon = await startDaemon(scene, { redis, args, wrapper: ['env', '--ignore-signal=XFSZ'] });
  const limitFiles = size => equal(spawnSync('prlimit', ['--pid', String(daemon.process.child.pid), `--fsize=${size}`]).status, 0, 'prlimit');
  const stage = {
    url: options.elsewhere ? `http://${otherAddress}:${daemon.port}` : daemon.url, daemon, redis, calm: { agent: '1005' }, people: { a: { name: '张三' }, b: { name: '李四' } }, now, at,
    emit: events => redis.emit(events),
    record: (method, where, body, more) => daemon.send(method, where, body, more),
    records: async (query = '') => (await daemon.send('GET', `records?limit=200${query}`)).body.records,
    stop: () => daemon.process.kill('SIGKILL'),
    start: async () => {
      setClock();
      if (options.elsewhere) args.splice(args.indexOf('--listen') + 1, 1, `0.0.0.0:${daemon.port}`);
      await daemon.start();
      await daemon.live();
    },
    leapTo: async time => {
      await stage.stop();
      setTime(time);
      await stage.start();
    },
    pause: () => daemon.process.child.kill('SIGSTOP'),
    resume: () => daemon.process.child.kill('SIGCONT'),
    fillDisk: () => limitFiles('0:unlimited'),
    freeDisk: () => limitFiles('unlimited:unlimited'),
  };
  await until('it serves', async () => (await daemon.get('/healthz')).status === 200);
  if (options.empty || options.store) return stage;
  await daemon.live();
  // A daemon that starts after the hour has no walk to make: on a busy machine it is given more time.
  const due = async () => (await daemon.view('walk')).walk?.id;
  for (const within of STARTS_WITHIN_MS.slice(1)) {
    if (now() < NINE || (await due())) break;
    await stage.stop();
    fs.rmSync(path.join(scene.dir, 'data'), { recursive: true });
    fs.mkdirSync(path.join(scene.dir, 'data'));
    setTime(NINE - within);
    await stage.start();
  }
  const of = async agent => {
    const [alerts, breaches] = [(await daemon.view('alerts')).alerts, (await daemon.view('breaches')).breaches];
    const find = table => Object.entries(table).find(([, one]) => one.agent === agent)?.[0];
    const [alert, breach] = [find(alerts), find(breaches)];
    return alert && breach && { agent, alert, breach };
  };
  stage.over = await until('somebody is out too long', () => of('1010'));
  stage.busy = await until('somebody is busy too long', () => of('1002'));
  stage.walk = await until('a walk is due', due);
  if (options.charts) await until('the charts are drawn', async () => (await daemon.send('GET', `charts?date=${DATE}`)).body.planned.every(one => one.at > NINE));
  return stage;
}
