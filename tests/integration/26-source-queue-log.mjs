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
};
