// What docs/ says: every metric and no other, log lines that are written, a section of the runbook for every alert, links that
// lead somewhere; a restore and a way back as described, done for real.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { assert, equal, root, sleep, startDaemon, startRedis, state, toolPath, until } from './lib.mjs';
import { addUser, ask, signIn } from './doors.mjs';
import { startEverything, typesOf } from './everything.mjs';

const read = file => fs.readFileSync(path.join(root, file), 'utf8');
const DOCS = fs.readdirSync(path.join(root, 'docs')).filter(name => name.endsWith('.md'));

/** The first cells of the rows of the tables of TEXT, and the cells after them. */
const rows = text =>
  text
    .split('\n')
    .filter(line => line.startsWith('| `'))
    .map(line => line.split(' | ').map(cell => cell.replace(/^\| | \|$/g, '').trim()));

/** The anchors of the headings of a page, as GitHub makes them. */
const anchors = text =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );

const sections = text => [...text.matchAll(/^## (\w+)\n\n(.*)\n\n((?:- .*\n)+)/gm)].map(([, name, first, list]) => ({ name, first, steps: list.trim().split('\n').length }));

/** Follows the links of a page to other files of the tree. */
function follow(file) {
  const text = read(file).replace(/^ {4,}.*$/gm, '');
  for (const [, link] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(link)) continue;
    const [target, anchor] = link.split('#');
    const where = target ? path.join(path.dirname(file), target) : file;
    assert(fs.existsSync(path.join(root, where)), `${file}: ${link} is there`);
    if (anchor) assert(anchors(read(where)).includes(decodeURIComponent(anchor)), `${file}: ${link} has its heading (${anchors(read(where))})`);
  }
}

const versionOf = db => fs.readFileSync(db).readUInt32BE(60); // SQLite's user_version

/** A site with a store: a leader's account, and a grant that was recorded. */
async function site(scene) {
  addUser(scene, 'duty', 'duty');
  const data = path.join(scene.dir, 'data'), db = path.join(data, 'shiftwall.db');
  const redis = await startRedis(scene, { persistent: true });
  const s = { data, db, redis, serial: 0 };
  s.start = async () => {
    s.daemon = await startDaemon(scene, { redis, args: ['--data', data] });
    s.signed = await signIn(s.daemon, 'duty');
  };
  s.stop = async signal => {
    await s.daemon.process.kill(signal);
    assert(signal === 'SIGKILL' || s.daemon.process.code === 0, s.daemon.process.err);
  };
  s.metric = async name => {
    const { text } = await ask(s.daemon, 'GET', '/metrics', { cookie: s.signed.cookie });
    return Number(new RegExp(`^shiftwall_${name}\\{[^}]*\\} (.*)$`, 'm').exec(text)?.[1]);
  };
  s.grant = reason => {
    const now = Date.now() + s.serial++;
    return ask(s.daemon, 'POST', '/api/v1/sites/main/grants', { cookie: s.signed.cookie, body: { agent: '1', kind: 'busy', from: now, to: now + 60_000, reason } });
  };
  s.reasons = async () => {
    const { body } = await ask(s.daemon, 'GET', '/api/v1/sites/main/records?kind=grant', { cookie: s.signed.cookie });
    return body.records.map(record => record.body.reason).sort();
  };
  await s.start();
  await redis.emit([state('1', 'ready', { team: 'A' })]);
  await until('the agent is there', async () => (await ask(s.daemon, 'GET', '/api/v1/sites/main/views/agents', { cookie: s.signed.cookie })).body?.agents?.['1']);
  equal((await s.grant('打印机')).status, 201, 'a grant');
  return s;
}

function backUp(s, to) {
  const done = spawnSync(toolPath, ['backup', '--data', s.data, to], { encoding: 'utf8' });
  equal(done.status, 0, `the backup: ${done.stderr}`);
}

/** As docs/operations.md says. */
function restore(s, from) {
  const aside = path.join(s.data, 'aside');
  fs.mkdirSync(aside);
  for (const name of fs.readdirSync(s.data)) if (name.startsWith('shiftwall.db')) fs.renameSync(path.join(s.data, name), path.join(aside, name));
  fs.copyFileSync(from, s.db);
  fs.chmodSync(s.db, 0o600);
}

export default {
  async 'docs: every metric of the page, with its type, and no other'(scene) {
    const { daemon } = await startEverything(scene);
    const page = await daemon.metrics(), types = typesOf(page);
    const listed = rows(read('docs/metrics.md')).filter(([name]) => /^`(shiftwall|process)_/.test(name));
    equal(listed.map(([name]) => name.slice(1, -1)).sort(), Object.keys(types).sort(), 'the names');
    for (const [name, type, english, chinese] of listed) {
      equal(type, types[name.slice(1, -1)], `the type of ${name}`);
      assert(english?.length > 5 && /[\u4e00-\u9fff]/.test(chinese), `${name} is explained in both languages`);
    }
    const reasons = [...page.matchAll(/^shiftwall_events_rejected_total\{.*reason="(\w+)"\}/gm)].map(match => match[1]);
    equal(rows(read('docs/metrics.md')).filter(row => row.length === 3).map(([name]) => name.slice(1, -1)), reasons, 'reasons of refusals');
  },

  async 'docs: log lines are written somewhere; alerts have their sections; links lead somewhere'(scene) {
    void scene;
    const folders = ['app', 'io', 'tools'].map(name => path.join(root, 'server', name));
    const sources = folders.flatMap(dir => fs.readdirSync(dir).filter(name => name.endsWith('.c')).map(name => fs.readFileSync(path.join(dir, name), 'utf8'))).join('\n');
    const events = rows(read('docs/log.md')).flatMap(([cell]) => cell.split(', ').map(name => name.slice(1, -1)));
    assert(events.length > 40 && new Set(events).size === events.length, 'events, each once');
    for (const event of events) assert(sources.includes(`"${event}"`) || sources.includes(`${event}\\n"`), `${event} is logged`);
    const logged = [...sources.matchAll(/sw_log(?:_bare)?\([^"]*"([a-z_.]+)"/g)].map(match => match[1]);
    const unsaid = new Set(logged.filter(event => !events.includes(event)));
    equal([...unsaid], [], 'events the page does not know');

    const alerts = read('deploy/prometheus/alerts.yaml');
    const known = [...alerts.matchAll(/- alert: (\w+)\n[^]*?severity: (\w+)[^]*?runbook_url: (\S+)/g)].map(([, name, severity, url]) => ({ name, severity, url }));
    equal(known.length, alerts.match(/- alert:/g).length, 'every alert has a severity and a page');
    for (const [file, words] of [['docs/runbook.md', { critical: 'critical', warning: 'warning', info: 'info' }], ['docs/runbook.zh-CN.md', { critical: '严重', warning: '警告', info: '提示' }]]) {
      const found = sections(read(file));
      equal(found.map(one => one.name), known.map(one => one.name), `${file}: a section for each alert, in order`);
      for (const [i, { name, severity, url }] of known.entries()) {
        assert(found[i].first.startsWith(`*${words[severity]}*`) && found[i].steps > 0, `${file}: ${name} says how bad it is, and what to do`);
        const [page, anchor] = url.split('/docs/')[1].split('#');
        assert(anchors(read(`docs/${page}`)).includes(anchor), `${url} leads to a section`);
      }
    }
    for (const name of DOCS) follow(`docs/${name}`);
    for (const name of ['README.md', 'README.zh-CN.md']) follow(name);
    for (const name of ['operations', 'runbook'])
      equal(read(`docs/${name}.md`).match(/^## /gm).length, read(`docs/${name}.zh-CN.md`).match(/^## /gm).length, `${name}: as many sections in both languages`);
  },

  async 'a damaged store is restored from a backup'(scene) {
    const s = await site(scene), copy = path.join(scene.dir, 'backup.db');
    backUp(s, copy); // while it runs
    equal(fs.statSync(copy).mode & 0o777, 0o600, 'the copy is private');
    equal((await s.grant('later')).status, 201, 'one after the backup');
    await s.stop('SIGTERM');
    const bytes = fs.readFileSync(s.db);
    fs.writeFileSync(s.db, bytes.fill(0x5a, 4096, bytes.length - 4096));
    s.daemon = await startDaemon(scene, { redis: s.redis, args: ['--data', s.data, '--listen', '127.0.0.1:0'] });
    await until('it is not ready, and says what to do', async () => /restore a backup/.test((await s.daemon.get('/readyz')).body));
    await s.stop('SIGTERM');
    restore(s, copy);
    await s.start();
    equal(s.signed.status, 201, 'the account is there');
    await until('it is ready', async () => (await s.daemon.get('/readyz')).status === 200);
    equal(await s.metric('store_up'), 1, 'it records');
    equal(await s.reasons(), ['打印机'], 'what was recorded up to the backup');
    equal((await s.grant('again')).status, 201, 'and from now on');
    equal(await s.reasons(), ['again', '打印机'], 'is there');
    assert(fs.existsSync(path.join(s.data, 'aside/shiftwall.db')), 'and what was damaged is kept aside');
  },

  async 'each class of records is kept for its own time'(scene) {
    const redis = await startRedis(scene), data = path.join(scene.dir, 'data'), config = path.join(scene.dir, 'c.yaml');
    const args = day => ['--config', config, '--data', data, '--clock', `2026-11-${day}T09:00:00Z`];
    fs.writeFileSync(config, 'retention_days: 3\nretention: {slips_days: 9, log_days: 9}\n');
    let daemon = await startDaemon(scene, { redis, args: args('10') });
    await daemon.live();
    await redis.emit(state('1', 'ready', { ts: Date.parse('2026-11-10T09:00:00Z') }));
    await until('the agent is there', async () => (await daemon.view('agents')).agents['1']);
    const from = Date.parse('2026-11-10T09:00:00Z');
    equal((await daemon.send('POST', 'grants', { agent: '1', kind: 'busy', from, to: from + 1000, reason: 'x' })).status, 201, 'granted');
    const kept = async () => (await daemon.send('GET', 'audit')).body.records.filter(r => r.kind === 'grant').length;
    const again = async day => {
      await daemon.process.kill('SIGTERM');
      daemon = await startDaemon(scene, { redis, args: args(day) });
      await daemon.live();
      await redis.emit(state('2', 'ready', { ts: Date.parse(`2026-11-${day}T09:00:00Z`) }));
    };
    await again('18');
    await until('the day is begun', async () => (await daemon.view('agents')).agents['2']);
    await sleep(2500); // when it would be forgotten
    equal(await kept(), 1, 'older than retention_days, but of a class that is kept longer');
    await again('20');
    await until('then it is forgotten', async () => (await kept()) === 0);
  },

  async 'an older daemon refuses a newer store and leaves it alone; a backup leads back'(scene) {
    const s = await site(scene), copy = path.join(scene.dir, 'before-upgrade.db');
    backUp(s, copy);
    await s.stop('SIGTERM');
    // as a later version would leave it
    const version = versionOf(s.db), file = fs.openSync(s.db, 'r+');
    const next = Buffer.alloc(4);
    next.writeUInt32BE(version + 1);
    fs.writeSync(file, next, 0, 4, 60);
    fs.closeSync(file);
    const newer = fs.readFileSync(s.db);
    s.daemon = await startDaemon(scene, { redis: s.redis, args: ['--data', s.data] });
    const told = `version ${version + 1} was made by a newer Shiftwall, this one knows ${version}`;
    await until('it is not ready', async () => (await s.daemon.get('/readyz')).body.includes(told));
    assert(s.daemon.process.err.includes(told), 'the log says why');
    await s.stop('SIGTERM');
    assert(fs.readFileSync(s.db).equals(newer), 'the newer file is as it was');
    restore(s, copy);
    await s.start();
    await until('it is ready', async () => (await s.daemon.get('/readyz')).status === 200);
    equal(await s.reasons(), ['打印机'], 'with what was recorded before the upgrade');
    for (const page of ['operations.md', 'operations.zh-CN.md'])
      assert(/version \d+ was made by a newer Shiftwall, this one knows \d+/.test(read(`docs/${page}`)), `${page} shows such a line`);
  },
};
