// The rules and the dashboard with a real Prometheus: every rule fires on what it is about and on nothing else, the dashboard's
// queries answer with the real daemon's figures, and an alert comes and goes with Redis.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { assert, equal, freePort, root, until } from '../integration/lib.mjs';
import { namesIn, startEverything, typesOf } from '../integration/everything.mjs';

const folder = path.join(root, 'deploy/prometheus');
const rules = fs.readFileSync(path.join(folder, 'alerts.yaml'), 'utf8');
const alerts = [...rules.matchAll(/^ +- alert: (\w+)$/gm)].map(match => match[1]);

/** Whether COMMAND is there; says so when it is not. */
function has(command) {
  if (!spawnSync(command, ['--version']).error) return true;
  console.log(`skipped: ${command} is not installed (deploy/install-deps --package)`);
  return false;
}

function promtool(...args) {
  const done = spawnSync('promtool', args, { encoding: 'utf8' });
  assert(done.status === 0, `promtool ${args[0]}: ${done.stdout}${done.stderr}`);
}

// ---- each rule on figures made for it ----

const US = 'job="shiftwall",instance="a",site="main"', OTHER = 'job="shiftwall",instance="b",site="main"';
const of = (name, values, more = '', who = US) => ({ series: `${name}{${who}${more}}`, values });
const our = (name, values, more, who) => of(`shiftwall_${name}`, values, more, who);

// An hour in which all is well: a is busy, b stands by.
const WELL = [
  of('up', '1x90'),
  of('process_cpu_seconds_total', '1+1x90'),
  of('process_resident_memory_bytes', '30000000x90'),
  our('standing_by', '0x90'), our('lease_fence', '1x90'), our('loop_lag_max_seconds', '0.01x90'),
  our('feed_up', '1x90'), our('feed_incomplete', '0x90'), our('feed_resets_total', '0x90'), our('feed_reconnects_total', '0x90'),
  our('feed_silent_restarts_total', '0x90'), our('feed_lag_seconds', '0.01x90'), our('feed_overflows_total', '0x90'),
  our('feed_plain_lost_total', '0x90'), our('feed_outputs_dropped_total', '0x90'), our('feed_rejects_dropped_total', '0x90'),
  our('team_agents', '3x90', ',team="A",state="talking"'),
  our('events_received_total', '0+600x90'), our('events_rejected_total', '0x90', ',reason="bad_json"'),
  our('events_contradiction_total', '0x90'), our('events_clock_skew_total', '0x90'),
  our('calls_evicted_total', '0x90'), our('duplicate_keys_evicted_total', '0x90'),
  our('store_up', '1x90'), our('store_failures_total', '0x90'), our('store_queued', '0x90'),
  our('screens', '4x90'), our('screens_online', '4x90'),
  our('clients_dropped_total', '0x90', ',reason="slow"'), our('clients_refused_total', '0x90', ',reason="full"'),
  our('sign_ins_wrong_total', '0x90'), our('sign_ins_throttled_total', '0x90'),
  our('pair_codes_refused_total', '0x90'), our('screen_tokens_refused_total', '0x90'),
  our('http_answers_total', '0x90', ',class="5xx"'),
  our('certificate_expires_seconds', '5184000x90'),
  { series: 'shiftwall_chat_failing{job="shiftwall",instance="a",to="duty"}', values: '0x90' },
  { series: 'shiftwall_chat_dead{job="shiftwall",instance="a",to="duty"}', values: '0x90' },
  of('up', '1x90', '', OTHER),
  our('standing_by', '1x90', '', OTHER), our('feed_up', '0x90', '', OTHER),
];

// What is different when the alert is due, and the other alerts that are due with it.
const ILL = {
  ShiftwallDown: [[of('up', '0x90')]],
  ShiftwallRestarts: [[of('process_cpu_seconds_total', '9x70 1 9 1 9 1 9x20')]],
  ShiftwallNobodyServes: [[our('standing_by', '1x90'), our('feed_up', '0x90')]],
  ShiftwallChangesHands: [[our('lease_fence', '1x60 2 3 4 5x30')]],
  ShiftwallLoopLag: [[our('loop_lag_max_seconds', '0.9x90')]],
  ShiftwallMemory: [[of('process_resident_memory_bytes', '2000000000x90')]],
  ShiftwallFeedDown: [[our('feed_up', '0x90')]],
  ShiftwallIncomplete: [[our('feed_incomplete', '1x90')]],
  ShiftwallJournalReplaced: [[our('feed_resets_total', '0x70 1x20')]],
  ShiftwallRedisUnsteady: [[our('feed_reconnects_total', '0+1x90')]],
  ShiftwallNoEvents: [[our('events_received_total', '600x90')]],
  ShiftwallFeedLate: [[our('feed_lag_seconds', '-45x90')]],
  ShiftwallEventsRejected: [[our('events_rejected_total', '0+2x90', ',reason="bad_json"')]],
  ShiftwallContradictions: [[our('events_contradiction_total', '0+10x90')]],
  ShiftwallClockSkew: [[our('events_clock_skew_total', '0+1x90')]],
  ShiftwallTooMuch: [[our('calls_evicted_total', '0+1x90')]],
  ShiftwallOutputsDropped: [[our('feed_rejects_dropped_total', '0+1x90')]],
  ShiftwallRecordingOff: [[our('store_up', '0x90')]],
  ShiftwallStoreFailures: [[our('store_failures_total', '0x80 1x10')]],
  ShiftwallStoreSlow: [[our('store_queued', '150x90')]],
  ShiftwallScreensOffline: [[our('screens_online', '0x90')]],
  ShiftwallSlowScreens: [[our('clients_dropped_total', '0+1x90', ',reason="slow"')]],
  ShiftwallScreensRefused: [[our('clients_refused_total', '0+1x90', ',reason="full"')]],
  ShiftwallWrongSignIns: [[our('sign_ins_throttled_total', '0+3x90')]],
  ShiftwallForgedTokens: [[our('pair_codes_refused_total', '0+3x90')]],
  ShiftwallHttpErrors: [[our('http_answers_total', '0+2x90', ',class="5xx"')]],
  ShiftwallCertificateExpires: [[our('certificate_expires_seconds', '864000x90')]],
  ShiftwallCertificateEnds: [[our('certificate_expires_seconds', '86400x90')], ['ShiftwallCertificateExpires']],
  ShiftwallChatFailing: [[{ series: 'shiftwall_chat_failing{job="shiftwall",instance="a",to="duty"}', values: '1x90' }]],
  ShiftwallChatDeadLetters: [[{ series: 'shiftwall_chat_dead{job="shiftwall",instance="a",to="duty"}', values: '2x90' }]],
};

/** A test of promtool: WELL with CHANGES, in which exactly ALERTS fire. */
function hour(name, changes, firing) {
  const changed = new Map(changes.map(one => [one.series, one]));
  const expr = 'count by (alertname) (ALERTS{alertstate="firing"})';
  const exp_samples = firing.map(alert => ({ labels: `{alertname="${alert}"}`, value: 1 }));
  const input_series = WELL.map(one => changed.get(one.series) ?? one);
  assert(changes.every(one => input_series.includes(one)), `${name} changes something that is there`);
  return { name, interval: '1m', input_series, promql_expr_test: [{ expr, eval_time: '85m', exp_samples }] };
}

// ---- a Prometheus ----

const get = url =>
  new Promise((resolve, reject) => {
    http
      .get(url, { agent: false }, response => {
        let text = '';
        response.setEncoding('utf8').on('data', data => (text += data));
        response.on('end', () => (response.statusCode === 503 ? reject(new Error(text)) : resolve(JSON.parse(text)))); // 503: it starts
      })
      .on('error', reject);
  });

/** Starts Prometheus on the sample configuration, in a hurry, for DAEMON. */
async function startPrometheus(scene, daemon) {
  const port = await freePort(), hasty = path.join(scene.dir, 'alerts.yaml'), config = path.join(scene.dir, 'prometheus.yaml');
  fs.writeFileSync(hasty, rules.replace(/^( +for): \d+m$/gm, '$1: 1s'));
  let sample = fs.readFileSync(path.join(folder, 'prometheus.yaml'), 'utf8');
  const replace = (from, to) => {
    assert(sample.includes(from), `the sample has ${from}`);
    sample = sample.replaceAll(from, to);
  };
  replace('15s', '250ms');
  replace('/etc/prometheus/shiftwall-alerts.yaml', hasty);
  replace('127.0.0.1:8080', `127.0.0.1:${daemon.port}`);
  replace('    #scheme: https\n', '    scheme: https\n    tls_config: {insecure_skip_verify: true}\n');
  fs.writeFileSync(config, sample);
  promtool('check', 'config', config);
  const child = spawn('prometheus', [`--config.file=${config}`, `--storage.tsdb.path=${path.join(scene.dir, 'tsdb')}`, `--web.listen-address=127.0.0.1:${port}`, '--log.level=error'], { stdio: 'ignore' });
  const over = new Promise(done => child.on('exit', done));
  scene.onEnd(async () => (child.kill('SIGKILL'), await over));
  const prometheus = {
    async query(expression) {
      const answer = await get(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(expression)}`);
      assert(answer.status === 'success', `${expression}: ${answer.error}`);
      return answer.data.result;
    },
    async alerts(state) {
      const answer = await get(`http://127.0.0.1:${port}/api/v1/alerts`);
      return answer.data.alerts.filter(one => !state || one.state === state).map(one => one.labels.alertname).sort();
    },
  };
  await until('Prometheus scrapes the daemon', async () => (await prometheus.query('up{job="shiftwall"} == 1')).length === 1);
  return prometheus;
}

export default {
  async 'the rules are good, and say where to read on'(scene) {
    void scene;
    equal(new Set(alerts).size, alerts.length, 'no alert has two rules');
    equal(alerts.length, (rules.match(/ summary_zh: "/g) ?? []).length, 'all are told in Chinese, too');
    equal(alerts.length, (rules.match(/severity: (critical|warning|info)\}/g) ?? []).length, 'and have a severity');
    equal([...alerts].sort(), Object.keys(ILL).sort(), 'each has a case here');
    if (has('promtool')) promtool('check', 'rules', path.join(folder, 'alerts.yaml'));
  },

  async 'each rule fires on what it is about, alone'(scene) {
    if (!has('promtool')) return;
    const file = path.join(scene.dir, 'test.yaml');
    const tests = [hour('all is well', [], []), ...Object.entries(ILL).map(([name, [changes, also = []]]) => hour(name, changes, [name, ...also]))];
    // JSON is YAML
    fs.writeFileSync(file, JSON.stringify({ rule_files: [path.join(folder, 'alerts.yaml')], evaluation_interval: '1m', tests }));
    promtool('test', 'rules', file);
  },

  async 'rules and dashboard ask for metrics that are there; an alert comes and goes with Redis'(scene) {
    const { redis, daemon } = await startEverything(scene);
    const known = typesOf(await daemon.metrics());
    const dashboard = JSON.parse(fs.readFileSync(path.join(root, 'deploy/grafana/shiftwall.json'), 'utf8'));
    const queries = dashboard.panels.flatMap(panel => (panel.targets ?? []).map(target => target.expr));
    assert(queries.length > 30, 'the dashboard has queries');
    for (const text of [rules.replace(/https:\S+/g, ''), ...queries, dashboard.templating.list[1].query.query])
      for (const name of namesIn(text)) assert(known[name], `${name} is on /metrics`);
    equal(new Set(dashboard.panels.map(panel => panel.id)).size, dashboard.panels.length, 'panels have ids of their own');
    if (!has('prometheus') || !has('promtool')) return;

    const prometheus = await startPrometheus(scene, daemon);
    const quiet = [];
    await until('every query has an answer', async () => {
      quiet.length = 0;
      for (const query of queries) {
        const found = await prometheus.query(query.replaceAll('$site', '.*').replaceAll('$__rate_interval', '1m'));
        if (!found.length && !/> 0$/.test(query)) quiet.push(query); // "> 0": only when something is wrong
      }
      return !quiet.length || Promise.reject(new Error(quiet.join('\n')));
    });
    equal((await prometheus.alerts()).filter(name => !/Chat|Certificate/.test(name)), [], 'all is well');
    await redis.stop();
    await until('the alert is pending', async () => (await prometheus.alerts('pending')).includes('ShiftwallFeedDown'));
    await until('and fires', async () => (await prometheus.alerts('firing')).includes('ShiftwallFeedDown'));
    await redis.start();
    await until('and is over', async () => !(await prometheus.alerts()).includes('ShiftwallFeedDown'));
    equal((await prometheus.alerts()).filter(name => /Incomplete|Replaced/.test(name)), [], 'nothing was lost');
  },
};
