// `shiftwall source queue_log --follow`: a real log that is written and rotated, a real Redis, a real daemon, and kills.
//
// SHOW_SPEED (3600) is how fast the bank's day goes by: at 60 it takes 24 minutes (and PATIENCE, in seconds, has to be 1800).
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { SLOW, assert, equal, root, sleep, startDaemon, startProxy, startRedis, toolPath, until } from './lib.mjs';
import { Writer, busyHour, dice, isSeam } from './queue_log_day.mjs';

const bank = path.join(root, '../shared/data/bank/1999-01-02.queue_log');
const SHOW_SPEED = Number(process.env.SHOW_SPEED ?? 3600);

// ---- the adapter ----

class Source {
  constructor(scene, { file, url, args = [] }) {
    this.state = path.join(scene.dir, 'state');
    fs.mkdirSync(this.state, { recursive: true });
    Object.assign(this, { file, url, args, said: '', lives: 0 });
    scene.onEnd(() => this.kill('SIGKILL'));
  }
  start() {
    const args = ['source', 'queue_log', '--follow', this.file, '--state', this.state, '--redis', this.url, '--site', 'main', ...this.args];
    this.child = spawn(toolPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.lives++;
    this.code = null;
    this.child.stderr.setEncoding('utf8').on('data', text => (this.said += text));
    const child = this.child;
    this.ended = new Promise(done =>
      child.on('close', code => {
        if (this.child === child) this.code = code;
        done(code);
      }),
    );
  }
  async kill(signal = 'SIGKILL') {
    this.child?.kill(signal);
    return this.ended;
  }
  position() {
    return path.join(this.state, 'source-queue_log.position');
  }
}

// ---- what there should be, and what there is ----

function run(args, input) {
  const { status, stdout, stderr } = spawnSync(toolPath, args, { encoding: 'utf8', input, timeout: 60000 * SLOW, maxBuffer: 1 << 28 });
  equal(status, 0, `${args.join(' ')}: ${stderr}`);
  return stdout;
}

const imported = (file, args = []) => run(['import', 'queue_log', ...args, file]).split('\n').filter(Boolean);

async function journal(redis, site = 'main') {
  const entries = await redis.client.send('XRANGE', `sw:{${site}}:journal`, '-', '+');
  return entries.flatMap(([, fields]) => {
    const message = JSON.parse(fields[fields.indexOf('e') + 1]);
    return Array.isArray(message) ? message : [message];
  });
}

/** An event without what names its line: a rotated log numbers its lines anew. */
const essence = event => JSON.stringify({ ...event, id: undefined });
const report = lines => run(['replay', '-'], lines.join('\n') + '\n');

/** The journal has what import gives of the whole file: the same events in the same order, each once, and so the same report. */
async function sameAsImport(redis, whole, source, args = []) {
  const want = imported(whole, args);
  await until(`${want.length} events`, async () => (await journal(redis)).length >= want.length).catch(async error => {
    throw new Error(`${error.message}: ${(await journal(redis)).length} of ${want.length}\n${source.said.slice(-3000)}`);
  });
  await sleep(100); // any further one would be one too many
  const got = await journal(redis);
  const ids = new Set(got.map(event => event.id));
  equal(ids.size, got.length, 'ids that are there once');
  const [a, b] = [got.map(essence), want.map(line => essence(JSON.parse(line)))];
  for (let i = 0; i < Math.max(a.length, b.length); i++) equal(a[i], b[i], `event ${i} of ${b.length}`);
  equal(report(got.map(event => JSON.stringify(event))), report(want), 'the report');
}

async function auditOf(redis, daemon) {
  const args = ['audit', '--redis', redis.url, '--site', 'main', '--url', daemon.url, '--virtual-clock'];
  const { status, stdout, stderr } = spawnSync(toolPath, args, { encoding: 'utf8', timeout: 60000 * SLOW });
  equal(status, 0, `audit: ${stdout}${stderr}`);
}

// ---- the show ----

/** LINES live at SPEED, with the rotations and kills of PLAN ({ at: line, act }), in a daemon whose clock is the log's. */
async function live(scene, { lines, speed, plan, args = [] }) {
  const first = Number(lines[0].split('|', 1)[0]);
  const redis = await startRedis(scene, { persistent: true });
  const config = path.join(scene.dir, 'site.yaml');
  fs.writeFileSync(config, 'site:\n  day_starts: "00:00"\n  zone: UTC\n');
  const clock = `${new Date((first - 60) * 1000).toISOString()},${speed}`;
  const daemon = await startDaemon(scene, { redis, args: ['--config', config, '--clock', clock] });
  await daemon.live();
  const file = path.join(scene.dir, 'queue_log');
  const writer = new Writer(file, dice(7));
  const source = new Source(scene, { file, url: redis.url, args: ['--from-start', ...args] });
  source.start();
  const begun = Date.now();
  for (let i = 0; i < lines.length; i++) {
    const due = begun + ((Number(lines[i].split('|', 1)[0]) - first) * 1000) / speed;
    while (Date.now() < due) await sleep(Math.min(200, due - Date.now()) / SLOW);
    for (const { act } of plan.filter(step => step.at === i)) await act({ writer, source, redis });
    writer.line(lines[i]);
  }
  const whole = path.join(scene.dir, 'whole');
  fs.writeFileSync(whole, lines.join('\n') + '\n');
  await sameAsImport(redis, whole, source, args);
  await auditOf(redis, daemon);
  equal(writer.rotations, 2, 'rotations');
  equal(source.lives, 3, 'lives of the adapter');
}

const rotate = way => ({ writer }) => writer.rotate(way);
const kill = async ({ source }) => {
  await source.kill('SIGKILL');
  source.start();
};
const show = lines => [
  { at: Math.floor(lines.length * 0.2), act: rotate('rename') },
  { at: Math.floor(lines.length * 0.35), act: kill },
  {
    at: Math.floor(lines.length * 0.6),
    act: async ({ writer, source }) => {
      await source.kill('SIGKILL'); // rotated while it is down
      await writer.rotate('copy');
      source.start();
    },
  },
];

// ---- scenarios ----

async function stage(scene, { args = [], redisUrl } = {}) {
  const redis = await startRedis(scene, { persistent: true });
  await redis.loadFunction();
  const file = path.join(scene.dir, 'queue_log');
  const source = new Source(scene, { file, url: redisUrl ?? redis.url, args });
  return { redis, file, source };
}

const hour = (seed, seconds = 1500) => busyHour({ seed, start: 1700000000, seconds });

export default {
  'the day of a bank, two rotations, two kills': async scene => {
    if (!fs.existsSync(bank)) return console.log(`     skipped: ${bank} is not there`);
    const lines = fs.readFileSync(bank, 'utf8').split('\n').filter(Boolean);
    return live(scene, { lines, speed: SHOW_SPEED, plan: show(lines) });
  },

  'a busy hour at 360x, two rotations, two kills': async scene => {
    const lines = busyHour({ seed: 3, start: Date.UTC(2026, 10, 23, 9) / 1000 });
    return live(scene, { lines, speed: 360, plan: show(lines) });
  },

  ...Object.fromEntries(
    (process.env.SEEDS ?? '1,2,3').split(',').map(Number).map(seed => [
      `killed and rotated at any point, seed ${seed}`,
      async scene => {
        const { redis, file, source } = await stage(scene, { args: ['--from-start', '--wrapup', '15'] });
        const d = dice(seed * 1000);
        const lines = hour(seed, 2400);
        const writer = new Writer(file, d);
        writer.line(lines[0]);
        source.start();
        await until('the first position', () => fs.existsSync(source.position()));
        let down = false;
        for (let i = 1; i < lines.length; ) {
          const burst = 1 + d.below(12);
          for (let n = 0; n < burst && i < lines.length; n++) writer.line(lines[i++]);
          const roll = d.next();
          const more = d.below(3);
          if (roll < 0.06 && isSeam(lines, i + more)) await writer.rotate(d.of(['rename', 'move', 'copy']), lines.slice(i, (i += more)));
          else if (roll < 0.2 && !down) {
            await source.kill(d.next() < 0.8 ? 'SIGKILL' : 'SIGTERM');
            down = true;
          } else if (roll < 0.5 && down) {
            source.start();
            down = false;
          } else if (roll < 0.52) {
            // an older one is compressed
            const old = fs.readdirSync(scene.dir).filter(name => /^queue_log\.[2-9]$/.test(name));
            for (const name of old.slice(0, 1)) {
              const whole = path.join(scene.dir, name);
              const { atime, mtime } = fs.statSync(whole);
              fs.writeFileSync(`${whole}.gz`, zlib.gzipSync(fs.readFileSync(whole)));
              fs.utimesSync(`${whole}.gz`, atime, mtime); // as gzip does
              fs.unlinkSync(whole);
              // logrotate never has FILE.2 and FILE.2.gz of two files: make room for the next one
              fs.renameSync(`${whole}.gz`, path.join(scene.dir, `queue_log-${1000 + i}.gz`));
            }
          } else if (roll < 0.8) await sleep(d.below(60));
        }
        if (down) source.start();
        const whole = path.join(scene.dir, 'whole');
        fs.writeFileSync(whole, lines.join('\n') + '\n');
        await sameAsImport(redis, whole, source, ['--wrapup', '15']);
        assert(source.lives > 2 && writer.rotations > 2, `${source.lives} lives, ${writer.rotations} rotations`);
      },
    ]),
  ),

  'a first start begins with who is there': async scene => {
    const { redis, file, source } = await stage(scene);
    const before = [
      '1700000000|MANAGER|sales|Alice|ADDMEMBER|',
      '1700000000|MANAGER|support|Alice|ADDMEMBER|',
      '1700000000|MANAGER|sales|Bob|ADDMEMBER|',
      '1700000000|MANAGER|sales|Carol|ADDMEMBER|',
      '1700000050|1700000050.1|sales|NONE|ENTERQUEUE||1380000|1',
      '1700000052|1700000050.1|sales|Bob|CONNECT|2|1700000050.2|2',
      '1700000060|1700000060.3|sales|NONE|ENTERQUEUE||1380000|1',
      '1700000061|1700000061.4|sales|NONE|ENTERQUEUE||1380000|2',
      '1700000070|1700000061.4|sales|NONE|ABANDON|2|2|9',
      '1700000080|MANAGER|sales|Carol|REMOVEMEMBER|',
    ];
    // who joined stands in an older file
    fs.writeFileSync(`${file}.1`, before.slice(0, 4).join('\n') + '\n');
    fs.writeFileSync(file, before.slice(4).join('\n') + '\n');
    source.start();
    await until('the snapshot', async () => (await journal(redis)).length >= 5);
    await source.kill('SIGKILL');
    fs.appendFileSync(file, '1700000090|1700000060.3|sales|Alice|CONNECT|30|1700000060.5|2\n');
    source.start();
    await until('the answer', async () => (await journal(redis)).some(event => event.type === 'agent.state' && event.call === '1700000060.3'));
    const got = await journal(redis);
    equal(
      got.map(({ type, ts, call, agent, state, queues }) => [type, ts / 1000 - 1700000000, call ?? agent, state ?? '', queues ?? ''].join(' ')),
      [
        'call.queued 50 1700000050.1  ',
        'call.answered 52 1700000050.1  ',
        'call.queued 60 1700000060.3  ',
        'agent.state 80 Alice ready sales,support',
        'agent.state 80 1700000050.1 talking sales',
        'call.answered 90 1700000060.3  ',
        'agent.state 90 1700000060.3 talking ',
      ],
      'what was sent',
    );
  },

  'what only time tells, told without a further line': async scene => {
    const { redis, file, source } = await stage(scene, { args: ['--from-start', '--wrapup', '3'] });
    const lines = [
      '1700000000|MANAGER|sales|Alice|ADDMEMBER|',
      '1700000010|1700000010.1|sales|NONE|ENTERQUEUE||1380000|1',
      '1700000011|1700000011.2|sales|NONE|ENTERQUEUE||1380000|2',
      '1700000012|1700000010.1|sales|Alice|CONNECT|2|1700000010.3|2',
      '1700000020|1700000010.1|sales|Alice|COMPLETECALLER|2|8|1',
      '1700000020|1700000011.2|sales|NONE|EXITWITHTIMEOUT|1|1|9',
    ];
    fs.writeFileSync(file, lines.join('\n') + '\n');
    source.start();
    await until('the end of the wrap-up and the exit', async () => {
      const types = (await journal(redis)).map(event => event.state ?? event.type);
      return types.includes('call.exited') && types.at(-1) === 'ready';
    });
    await source.kill('SIGKILL'); // these events are of no line: none may come twice
    source.start();
    fs.appendFileSync(file, '1700000100|1700000100.5|sales|NONE|ENTERQUEUE||1380000|1\n');
    const whole = path.join(scene.dir, 'whole');
    fs.copyFileSync(file, whole);
    await sameAsImport(redis, whole, source, ['--wrapup', '3']);
  },

  'Redis away at the start, then killed, then cut off': async scene => {
    const redis = await startRedis(scene, { persistent: true });
    const proxy = await startProxy(scene, redis.target);
    await redis.stop();
    const file = path.join(scene.dir, 'queue_log');
    const source = new Source(scene, { file, url: proxy.url, args: ['--from-start'] });
    const lines = hour(5);
    const writer = new Writer(file, dice(5));
    const third = Math.floor(lines.length / 3);
    for (const text of lines.slice(0, third)) writer.line(text);
    source.start();
    await until('it is said', () => /source\.redis src=queue_log state=down/.test(source.said));
    await redis.start();
    await until('up', () => /state=up/.test(source.said));
    for (const text of lines.slice(third, 2 * third)) writer.line(text);
    await redis.stop('SIGKILL');
    await redis.start();
    for (const [i, text] of lines.slice(2 * third).entries()) {
      writer.line(text);
      if (i % 50 === 25) proxy.rst();
      if (i % 10 === 0) await sleep(5);
    }
    // sent again after a lost connection: the journal may hold an event twice, the daemon counts it once
    const whole = path.join(scene.dir, 'whole');
    fs.writeFileSync(whole, lines.join('\n') + '\n');
    const want = imported(whole);
    await until('all of them', async () => new Set((await journal(redis)).map(event => event.id)).size === want.length);
    const seen = new Set();
    const once = (await journal(redis)).filter(({ id }) => !seen.has(id) && seen.add(id));
    equal(once.map(essence), want.map(line => essence(JSON.parse(line))), 'the events');
  },

  'a damaged position, one of a later version, and a second adapter': async scene => {
    const { redis, file, source } = await stage(scene, { args: ['--from-start'] });
    const lines = hour(6, 900);
    const half = Math.floor(lines.length / 2);
    fs.writeFileSync(file, lines.slice(0, half).join('\n') + '\n');
    source.start();
    await until('a position', () => fs.existsSync(source.position()) && /\nentry \d/.test(fs.readFileSync(source.position(), 'utf8')));
    const second = spawnSync(toolPath, ['source', 'queue_log', '--follow', file, '--state', source.state, '--redis', redis.url, '--site', 'main'], { encoding: 'utf8' });
    equal(second.status, 3, 'a second adapter');
    assert(/another process follows/.test(second.stderr), second.stderr);
    equal(await source.kill('SIGTERM'), 0, 'an orderly end');
    const text = fs.readFileSync(source.position(), 'utf8');
    fs.appendFileSync(file, lines.slice(half).join('\n') + '\n');

    fs.writeFileSync(source.position(), text.replace('shiftwall-position 1', 'shiftwall-position 2'));
    source.start();
    equal(await source.ended, 3, 'a later version');
    assert(/later version/.test(source.said), source.said);

    fs.writeFileSync(source.position(), text.replace(/at \d/, 'at 9'));
    source.start();
    const whole = path.join(scene.dir, 'whole');
    fs.copyFileSync(file, whole);
    await sameAsImport(redis, whole, source);
    assert(/damaged, and put aside/.test(source.said) && fs.existsSync(`${source.position()}.damaged`), source.said);
  },

  'hostile lines: long, binary, endless': async scene => {
    const { redis, file, source } = await stage(scene, { args: ['--from-start'] });
    const good = n => `${1700000000 + n}|${1700000000 + n}.${n}|sales|NONE|ENTERQUEUE||1380000|1\n`;
    const noise = Buffer.from(Array.from({ length: 4000 }, (_, i) => (i * 37) % 256)).filter(byte => byte !== 10);
    fs.writeFileSync(file, good(1));
    source.start();
    fs.appendFileSync(file, `${'x'.repeat(1 << 20)}\n${good(2)}`);
    fs.appendFileSync(file, Buffer.concat([noise, Buffer.from(`\n${good(3)}\0\0\0\n|||||\n1700000004\n${good(4)}`)]));
    await until('four', async () => (await journal(redis)).length === 4);
    const memory = () => Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${source.child.pid}/status`, 'utf8'))[1]);
    const before = memory();
    for (let i = 0; i < 64; i++) fs.appendFileSync(file, 'y'.repeat(1 << 20)); // 64 MiB without an end
    await until('it is said', () => /source\.line_endless/.test(source.said));
    fs.appendFileSync(file, `\n${good(5)}`);
    await until('five', async () => (await journal(redis)).length === 5);
    assert(memory() - before < 8192, `memory grew by ${memory() - before} KiB`);
    assert(/text="malformed: too long"/.test(source.said) && /text="malformed: not UTF-8"|a NUL in it/.test(source.said), source.said);
  },

  'what cannot be read is said': async scene => {
    const { redis, file, source } = await stage(scene, { args: ['--from-start'] });
    const line = n => `${1700000000 + n}|${1700000000 + n}.${n}|sales|NONE|ENTERQUEUE||1380000|1\n`;
    fs.writeFileSync(file, line(1) + line(2));
    source.start();
    await until('two', async () => (await journal(redis)).length === 2);
    // cut without a copy
    fs.truncateSync(file, 0);
    fs.appendFileSync(file, line(3));
    await until('three', async () => (await journal(redis)).length === 3);
    assert(/source\.file_cut/.test(source.said), source.said);
    await source.kill('SIGTERM');
    // rotated twice while it is down, the one between compressed in a way we do not know
    fs.renameSync(file, `${file}.2`);
    fs.writeFileSync(`${file}.1.bz2`, 'BZh9 and so on');
    await sleep(20);
    fs.writeFileSync(file, line(5));
    const now = Date.now() / 1000;
    fs.utimesSync(`${file}.2`, now - 20, now - 20);
    fs.utimesSync(`${file}.1.bz2`, now - 10, now - 10);
    source.start();
    await until('four', async () => (await journal(redis)).length === 4);
    assert(/error source\.compressed src=queue_log file=queue_log\.1\.bz2/.test(source.said), source.said);
    await source.kill('SIGTERM');
    // the file that the position is in has gone altogether
    fs.unlinkSync(file);
    fs.writeFileSync(file, line(7) + line(8));
    source.start();
    await until('six', async () => (await journal(redis)).length === 6);
    assert(/source\.position_lost/.test(source.said), source.said);
  },

  'events on standard output, and wrong usage': async scene => {
    const file = path.join(scene.dir, 'queue_log');
    fs.writeFileSync(file, hour(8, 900).join('\n') + '\n');
    const child = spawn(toolPath, ['source', 'queue_log', '--follow', file, '--from-start', '--dry-run', '--src', 'pbx2'], { stdio: ['ignore', 'pipe', 'ignore'] });
    scene.onEnd(() => child.kill('SIGKILL'));
    let out = '';
    child.stdout.setEncoding('utf8').on('data', text => (out += text));
    const want = imported(file).map(line => line.replace('"src":"queue_log"', '"src":"pbx2"'));
    await until('all of it', () => out.split('\n').length >= want.length - 5);
    const done = new Promise(resolve => child.on('close', resolve));
    fs.appendFileSync(file, '1700009999|NONE|NONE|NONE|CONFIGRELOAD|\n'); // releases what is held
    await until('the rest', () => out.split('\n').filter(Boolean).length >= want.length);
    child.kill('SIGTERM');
    equal(await done, 0, 'exit status');
    equal(out.split('\n').filter(Boolean), want, 'the events');
    const usage = args => spawnSync(toolPath, ['source', ...args], { encoding: 'utf8' });
    equal(usage([]).status, 2, 'no kind');
    equal(usage(['--help']).status, 0, '--help');
    equal(usage(['queue_log', '--help']).status, 0, 'queue_log --help');
    equal(usage(['queue_log', '--follow', file]).status, 2, 'no Redis');
    equal(usage(['queue_log', '--redis', 'redis://x', '--site', 'main']).status, 2, 'no file');
    equal(usage(['queue_log', '--follow', file, '--redis', 'redis://x', '--site', 'main', '--state', '/does/not/exist']).status, 3, 'no folder');
    const secret = path.join(scene.dir, 'secret');
    fs.writeFileSync(secret, 'x\n', { mode: 0o644 });
    const open = usage(['queue_log', '--follow', file, '--redis', 'redis://x', '--site', 'main', '--redis-password-file', secret, '--state', scene.dir]);
    equal(open.status, 3, 'a secret that everybody may read');
    assert(/everybody may read it/.test(open.stderr), open.stderr);
  },

  'the rights of deploy/redis/users.acl are enough, and what they lack is said': async scene => {
    const acl = path.join(scene.dir, 'users.acl');
    fs.copyFileSync(path.join(root, 'deploy/redis/users.acl'), acl);
    const redis = await startRedis(scene, { args: ['--aclfile', acl], persistent: true });
    await redis.client.send('AUTH', 'shiftwall', 'CHANGE-ME-SHIFTWALL');
    const secret = path.join(scene.dir, 'secret');
    fs.writeFileSync(secret, 'CHANGE-ME-SOURCE\n', { mode: 0o640 });
    const file = path.join(scene.dir, 'queue_log');
    const url = user => redis.url.replace('unix://', `redis+unix://${user}:@`);
    const source = new Source(scene, { file, url: url('source'), args: ['--from-start', '--redis-password-file', secret] });
    const lines = hour(9, 900);
    fs.writeFileSync(file, lines.slice(0, 50).join('\n') + '\n');
    source.start();
    await until('no function yet', () => /source\.refused src=queue_log what=function/.test(source.said));
    await redis.loadFunction(); // as the daemon does at its start
    await until('events', async () => (await journal(redis)).length > 20);
    await source.kill('SIGKILL');
    fs.appendFileSync(file, lines.slice(50, 100).join('\n') + '\n');
    source.said = '';
    source.start();
    const part = path.join(scene.dir, 'part');
    fs.copyFileSync(file, part);
    await until('more', async () => (await journal(redis)).length > 60);
    assert(!/refused|source\.journal/.test(source.said), source.said);
    await source.kill('SIGKILL');
    // a producer may not read: it is said, and the daemon drops what comes twice
    fs.writeFileSync(secret, 'CHANGE-ME-PRODUCER\n', { mode: 0o640 });
    source.url = url('producer');
    source.start();
    fs.appendFileSync(file, lines.slice(100).join('\n') + '\n');
    await until('it is said', () => /warn source\.journal src=queue_log text="NOPERM/.test(source.said));
    const whole = path.join(scene.dir, 'whole');
    fs.copyFileSync(file, whole);
    await until('all of them', async () => new Set((await journal(redis)).map(event => event.id)).size === imported(whole).length);
    source.said = '';
    fs.writeFileSync(secret, 'wrong\n', { mode: 0o640 });
    await source.kill('SIGTERM');
    source.start();
    await until('a wrong password is said', () => /source\.redis src=queue_log state=down reason="WRONGPASS/.test(source.said));
    assert(!/CHANGE-ME|wrong\b/.test(source.said), 'no password in the log');
  },

  'more than memory holds while Redis is away, and only some queues': async scene => {
    const redis = await startRedis(scene, { persistent: true });
    await redis.stop();
    const file = path.join(scene.dir, 'queue_log');
    const lines = [];
    for (let i = 0; i < 50000; i++) {
      const [id, queue] = [`${1700000000 + (i >> 4)}.${i}`, i % 5 ? 'sales' : 'other'];
      lines.push(`${1700000000 + (i >> 4)}|${id}|${queue}|NONE|ENTERQUEUE||1|1`, `${1700000000 + (i >> 4)}|${id}|${queue}|NONE|ABANDON|1|1|0`);
    }
    fs.writeFileSync(file, lines.join('\n') + '\n');
    const source = new Source(scene, { file, url: redis.url, args: ['--from-start', '--queues', 'sales,none'] });
    source.start();
    await until('it is said', () => /state=down/.test(source.said));
    await sleep(300);
    source.child.kill('SIGUSR1');
    const sent = await until('counters', () => Number(/source\.counters .* sent=(\d+)/.exec(source.said)?.[1]));
    equal(sent, 65536, 'events in memory'); // and no more
    await redis.start();
    const whole = path.join(scene.dir, 'whole');
    fs.writeFileSync(whole, lines.filter(line => line.includes('|sales|')).join('\n') + '\n');
    await sameAsImport(redis, whole, source);
  },
};
