// A floor that does what it is told, for developing the console without a daemon: it serves web/dist, the views over a
// WebSocket with merge patches, and every write of the console, in memory. Run it by itself to look at the console:
//   node tests/browser/console_fake.mjs [PORT]
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const { WebSocketServer } = createRequire(path.join(root, 'web/package.json'))('ws');

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ZONE_MS = 8 * HOUR; // Asia/Shanghai
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const NAMES = ['王芳', '李强', '张敏', '刘洋', '陈静', '杨帆', '赵磊', '黄丽', '周杰', '吴倩', '徐峰', '孙悦', '朱琳', '马超', '胡蓉', '郭涛', '林娜', '何伟', '高洁', '罗斌', '郑爽', '梁栋', '谢雨', '宋佳', '唐宁', '许晴', '邓超', '冯雪', '韩冰', '曹阳'];
const TEAMS = { A: '甲班', B: '乙班', C: '丙班' };
const QUEUES = { sales: '销售', support: '技术支持', billing: '账单' };
const STATES = ['talking', 'ready', 'talking', 'wrapup', 'talking', 'ready', 'hold', 'talking', 'ringing', 'ready'];
const PEOPLE = [
  { id: 'zhang', name: '张三', role: 'lead', pin: '1234', teams: ['A'] }, { id: 'li', name: '李四', role: 'duty', pin: '2345', teams: [] },
  { id: 'wu', name: '吴主管', role: 'manager', pin: '3456', teams: [] }, { id: '1001', name: '王芳', role: 'agent', pin: '1001', teams: ['A'] },
];

const isObject = v => typeof v === 'object' && v !== null && !Array.isArray(v);
const clone = v => JSON.parse(JSON.stringify(v));
const dayOf = ms => new Date(ms + ZONE_MS).toISOString().slice(0, 10);
const local = (date, text) => Date.parse(`${date}T${text}:00Z`) - ZONE_MS;

function patchOf(a, b) {
  const patch = {};
  for (const key of Object.keys(a)) if (!(key in b)) patch[key] = null;
  for (const [key, value] of Object.entries(b)) {
    if (JSON.stringify(a[key]) === JSON.stringify(value)) continue;
    patch[key] = isObject(a[key]) && isObject(value) ? patchOf(a[key], value) : value;
  }
  return patch;
}

const kpi = (offered, answered, over = {}) => ({
  offered, answered, abandoned: offered - answered - 1, short_abandoned: 1, exited: 1, handled: answered, answered_in_target: Math.round(answered * 0.83), abandoned_in_target: 2,
  wait_answered_ms: answered * 9000, wait_abandoned_ms: 60_000, longest_wait_ms: 95_000, talk_ms: answered * 180_000, hold_ms: 0, wrapup_ms: answered * 30_000,
  answer_rate: answered / (offered - 1), service_level: 0.83, ...over,
});
const windows = (offered, answered) => Object.fromEntries(['today', 'interval', 'last15', 'last30', 'last60'].map((w, i) => [w, kpi(Math.ceil(offered / (i + 1)), Math.ceil(answered / (i + 1)))]));

export class FakeFloor {
  constructor({ open = true, agents = 54, empty = false } = {}) {
    Object.assign(this, { open, empty, agentCount: agents, epoch: randomBytes(2).toString('hex'), sockets: new Set(), sessions: new Map(), views: {}, ledger: [], serial: 0, rosters: new Map(), broken: '', delayMs: 0, requests: [] });
    this.now = Date.now();
    this.build();
  }

  // ---- what there is ----

  build() {
    const now = this.now;
    this.dayStart = local(dayOf(now), '00:00');
    const agents = {}, shifts = {};
    const ids = Object.keys(TEAMS);
    for (let i = 0; i < (this.empty ? 0 : this.agentCount); i++) {
      const id = String(1001 + i), team = ids[Math.floor(i / (this.agentCount / ids.length))] ?? 'C';
      const name = NAMES[i % NAMES.length] + (i >= NAMES.length ? '二' : ''), seat = String(i + 1).padStart(2, '0');
      const queues = i % 3 ? ['sales', 'support'] : ['billing'];
      agents[id] = { name, seat, team, state: STATES[i % STATES.length], since: now - ((i * 7919) % 240) * 1000, queues, today: { handled: 20 + (i % 30), talking_ms: 2 * HOUR, breaks: { used: i % 3 } } };
      const start = Math.floor((now - 3 * HOUR) / (30 * MINUTE)) * 30 * MINUTE + (i % 5 === 4 ? 30 * MINUTE : 0), end = start + 9 * HOUR;
      shifts[`${id}@${start}`] = {
        agent: id, name, seat, team, start, end, status: 'present', signed_in: true, state_since: agents[id].since, adherence: 0.9 + (i % 10) / 100, scheduled_ms: 9 * HOUR, signed_in_ms: now - start, excused_ms: 0,
        breaks: i % 3 ? [{ start: start + HOUR, end: start + HOUR + (8 + (i % 5)) * MINUTE, allowance_ms: 10 * MINUTE, length_ms: (8 + (i % 5)) * MINUTE, overrun_ms: Math.max(0, (i % 5) - 2) * MINUTE, excess: false, excused: false }] : [],
        allowances_left: [15, 10, 10, 10, 10].slice(i % 5).map(m => m * MINUTE),
      };
    }
    this.agents = agents;
    this.shifts = shifts;
    if (!this.empty) this.stage(now);
    this.set('site', this.site());
    this.set('queues', this.queues());
    this.set('teams', { teams: Object.fromEntries(Object.entries(this.empty ? {} : TEAMS).map(([id, name]) => [id, this.team(id, name)])), attendance: this.empty ? {} : { A: this.attendance(18, 17), B: this.attendance(18, 18), C: this.attendance(18, 15) } });
    this.set('agents', { agents });
    this.set('alerts', { alerts: this.alerts ?? {} });
    this.set('shifts', { shifts });
    this.set('breaches', { breaches: this.breaches ?? {} });
    this.set('grants', { grants: this.grants ?? {} });
    this.set('walk', this.walk ?? { next: Math.ceil(now / HOUR) * HOUR, every_ms: HOUR, today: { due: 0, done: 0, missed: 0 }, past: {} });
    this.set('policy', this.policy());
  }

  /** A shift by its agent. */
  key(agent) {
    return Object.keys(this.shifts).find(k => this.shifts[k].agent === agent);
  }

  put(agent, state, since, more = {}, shift = {}) {
    Object.assign(this.agents[agent], { state, since }, more);
    Object.assign(this.shifts[this.key(agent)], { state_since: since }, shift);
  }

  stage(now) {
    const limit = 10 * MINUTE; // of a break
    const out = (agent, ago, more = {}) => {
      const shift = this.shifts[this.key(agent)];
      this.put(agent, 'break', now - ago, { limit_ms: limit, ...(ago > limit ? { marks: ['over_limit'] } : {}) }, { deadline: now - ago + limit, deadline_kind: ago > limit ? 'break_over' : 'break' });
      shift.breaks = [...shift.breaks, { start: now - ago, allowance_ms: limit, excess: false, excused: false, ...more }];
    };
    out('1003', 3 * MINUTE);
    out('1009', 9 * MINUTE);
    out('1014', 14 * MINUTE + 20_000, { overrun_ms: 260_000 });
    out('1021', 6 * MINUTE);
    this.put('1027', 'meal', now - 25 * MINUTE, { limit_ms: HOUR });
    this.put('1030', 'meal', now - 41 * MINUTE, { limit_ms: HOUR });
    this.put('1002', 'busy', now - 7 * MINUTE, { reason: '处理疑难件', limit_ms: 5 * MINUTE, marks: ['over_limit'] });
    this.put('1025', 'busy', now - 4 * MINUTE - 20_000, { limit_ms: 5 * MINUTE });
    this.put('1033', 'meeting', now - 12 * MINUTE, { reason: '班前会' });
    this.put('1040', 'wrapup', now - 4 * MINUTE, { limit_ms: 3 * MINUTE, marks: ['over_limit'] });
    for (const [agent, status, deadline, kind, more] of [
      ['1006', 'due', now + 4 * MINUTE, 'start', {}], ['1012', 'not_yet', now + 12 * MINUTE, 'absent', { late_ms: 18 * MINUTE, late_class: 'up_to_30_min' }], ['1018', 'absent', now + 5 * HOUR, 'sign_out', {}],
      ['1024', 'due', now + 22 * MINUTE, 'sign_in', {}], ['1036', 'late', undefined, undefined, { late_ms: 6 * MINUTE, signed_in: true }], ['1042', 'on_leave', undefined, undefined, {}], ['1048', 'left_early', undefined, undefined, { early_leave_ms: 14 * MINUTE }],
    ]) {
      const signed = more.signed_in === true;
      const shift = this.shifts[this.key(agent)];
      if (!signed) this.put(agent, 'offline', now - HOUR);
      Object.assign(shift, { status, signed_in: signed, ...more }, deadline === undefined ? {} : { deadline, deadline_kind: kind });
      if (status === 'due') Object.assign(shift, { start: now + (kind === 'sign_in' ? 27 : 4) * MINUTE, end: now + 9 * HOUR, breaks: [], signed_in_ms: 0, adherence: undefined });
      if (status === 'not_yet') Object.assign(shift, { start: now - 18 * MINUTE });
    }
    const cite = { busy: '002-d 「上班期间严禁无故签出、暂停呼叫中心系统」', break: '002-d 「尽量控制在10分钟以内」' };
    const who = agent => ({ agent, name: this.agents[agent].name, seat: this.agents[agent].seat, team: this.agents[agent].team });
    this.breaches = {
      b1: { rule: 'busy', ...who('1002'), at: now - 2 * MINUTE, value_ms: 7 * MINUTE, limit_ms: 5 * MINUTE, excused: false, n: 2, step: 'warn', points: 2, money_fen: 3000, cite: cite.busy },
      b2: { rule: 'break.allowances', ...who('1014'), at: now - 4 * MINUTE, value_ms: 14 * MINUTE, limit_ms: 10 * MINUTE, excused: false, n: 1, step: 'remind', points: 5, cite: cite.break },
      b3: { rule: 'late', ...who('1036'), at: now - 3 * HOUR, until: now - 3 * HOUR + 6 * MINUTE, value_ms: 6 * MINUTE, limit_ms: 0, excused: false, n: 3, step: 'report', dispute: { text: '地铁故障，已向班长报备', by: '1036', at: now - 2 * HOUR } },
      b4: { rule: 'break.allowances', ...who('1008'), at: now - 2 * HOUR, until: now - 2 * HOUR + 2 * MINUTE, value_ms: 12 * MINUTE, limit_ms: 10 * MINUTE, excused: false, n: 1, step: 'remind', decision: { outcome: 'confirm', step: 'remind', by: '李四', at: now - HOUR } },
      b5: { rule: 'early_leave', ...who('1048'), at: now - 14 * MINUTE, until: now, value_ms: 14 * MINUTE, limit_ms: 0, excused: true, n: 1 },
      b6: { rule: 'signout.inside_shift', ...who('1020'), at: now - 95 * MINUTE, until: now - 90 * MINUTE, value_ms: 5 * MINUTE, limit_ms: 0, excused: false, n: 1, step: 'remind', decision: { outcome: 'excuse', reason: '系统故障', by: '张三', at: now - 80 * MINUTE } },
    };
    this.alerts = {
      a1: { rule: 'busy', severity: 'warning', subject: 'agent:1002', ...who('1002'), opened: now - 2 * MINUTE, since: now - 7 * MINUTE, limit: 5 * MINUTE, unit: 'ms', to: 'lead', cite: cite.busy, breach: 'b1' },
      a2: { rule: 'longest_wait', severity: 'critical', subject: 'queue:support', queue: 'support', opened: now - 6 * MINUTE, since: now - 7 * MINUTE, value: 63_000, limit: 60_000, unit: 'ms', to: 'duty', escalated_at: now - MINUTE },
      a3: { rule: 'break.allowances', severity: 'warning', subject: 'agent:1014', ...who('1014'), opened: now - 4 * MINUTE, since: now - 14 * MINUTE, value: 14 * MINUTE, limit: 10 * MINUTE, unit: 'ms', to: 'lead', cite: cite.break, breach: 'b2', acked_by: '李四', acked_at: now - 3 * MINUTE },
      a4: { rule: 'absent', severity: 'critical', subject: 'agent:1018', ...who('1018'), opened: now - 20 * MINUTE, since: now - 50 * MINUTE, value: 50 * MINUTE, limit: 30 * MINUTE, unit: 'ms', to: 'lead' },
      a5: { rule: 'attendance.goal', severity: 'warning', subject: 'team:C', team: 'C', opened: now - 30 * MINUTE, since: now - 31 * MINUTE, value: 833_333, limit: 950_000, unit: 'ppm', to: 'lead', cite: '002-j 「中心出勤率≥95%」' },
      a6: { rule: 'alarm', severity: 'info', subject: 'alarm:空调', opened: now - 50 * MINUTE, since: now - 50 * MINUTE },
    };
    this.grants = {
      g1: { agent: '1025', name: this.agents['1025'].name, kind: 'busy', from: now - 10 * MINUTE, to: now + 20 * MINUTE, reason: '处理投诉', by: '李四', at: now - 10 * MINUTE },
      g2: { agent: '1042', name: this.agents['1042'].name, kind: 'leave', from: now - 3 * HOUR, to: now + 6 * HOUR, reason: '家中有事', by: '吴主管', at: now - 20 * HOUR },
      g3: { agent: '1020', name: this.agents['1020'].name, kind: 'problem', from: now - 95 * MINUTE, to: now - 90 * MINUTE, reason: '系统故障', by: '张三', at: now - 85 * MINUTE },
    };
    this.walk = {
      duty: { person: 'li', name: '李四', until: now + 5 * HOUR }, next: Math.floor(now / HOUR) * HOUR + HOUR, every_ms: HOUR, today: { due: 6, done: 4, missed: 1 },
      walk: { id: 'w7', due: now - 4 * MINUTE, state: 'due', items: {
        'agent:1014': { rank: 1, kind: 'over_limit', subject: 'agent:1014', ...who('1014'), rule: 'break.allowances', since: now - 14 * MINUTE },
        'agent:1002': { rank: 2, kind: 'over_limit', subject: 'agent:1002', ...who('1002'), rule: 'busy', since: now - 7 * MINUTE, text: 'busy' },
        'queue:support': { rank: 3, kind: 'alert', subject: 'queue:support', rule: 'longest_wait', since: now - 7 * MINUTE },
        'agent:1016': { rank: 4, kind: 'idle', subject: 'agent:1016', ...who('1016'), rule: 'idle', since: now - 3 * MINUTE },
        'team:C': { rank: 5, kind: 'team', subject: 'team:C', team: 'C', rule: 'attendance.goal' },
        'agent:1040': { rank: 6, kind: 'open', subject: 'agent:1040', ...who('1040'), rule: 'wrapup', since: now - 4 * MINUTE },
      } },
      past: {
        w6: { due: now - 64 * MINUTE, state: 'done', by: '李四', started: now - 62 * MINUTE, closed: now - 50 * MINUTE, items: 5, ticked: 5 }, w5: { due: now - 124 * MINUTE, state: 'missed', items: 4, ticked: 0 },
        w4: { due: now - 184 * MINUTE, state: 'done', by: '李四', started: now - 183 * MINUTE, closed: now - 175 * MINUTE, items: 3, ticked: 2 },
      },
    };
    for (const b of Object.values(this.breaches)) this.record('breach', undefined, { agent: b.agent, rule: b.rule, opened: b.at, ...(b.until ? { closed: b.until } : {}), value: b.value_ms, limit: b.limit_ms, n: b.n, step: b.step, excused: b.excused, over: b.until !== undefined }, b.at);
    for (const g of Object.values(this.grants)) this.record('grant', g.by, { agent: g.agent, kind: g.kind, from: g.from, to: g.to, reason: g.reason }, g.at);
    this.ledger.sort((a, b) => b.at - a.at);
  }

  site() {
    const counts = states => Object.fromEntries(Object.entries(states.reduce((all, s) => ({ ...all, [s]: (all[s] ?? 0) + 1 }), {})));
    const all = Object.values(this.agents).map(a => a.state), now = this.now;
    return {
      name: '上海现场', zone: 'Asia/Shanghai', day: dayOf(now), day_start: this.dayStart, day_end: this.dayStart + 24 * HOUR, interval_start: Math.floor(now / (15 * MINUTE)) * 15 * MINUTE, interval_ms: 15 * MINUTE, names: true,
      ...windows(960, 880), now: { waiting: 4, overdue: 1, oldest_since: now - 63_000, oldest_queue: 'support', staffed: all.filter(s => s !== 'offline').length, agents: counts(all),
        calls: this.empty ? {} : { c1: { queue: 'support', since: now - 63_000, priority: 2 }, c2: { queue: 'sales', since: now - 34_000 }, c3: { queue: 'sales', since: now - 21_000 }, c4: { queue: 'billing', since: now - 8_000 } } },
      service_level: { value: 0.83, num: 730, den: 880, goal: 0.8, level: 'ok' }, indicators: { answer_rate: { value: 0.92 }, work_efficiency: {}, non_service: {}, idle: {} }, notices: [], alarms: [],
      feed: { status: 'live', since: now - HOUR }, ...(this.empty ? {} : { attendance: this.attendance(52, 49) }),
    };
  }

  attendance(due, attended) {
    const rate = attended / due;
    return { scheduled: due + 2, present: attended - 1, due, attended, pending: due - attended > 2 ? 2 : 0, absent: due - attended > 2 ? 1 : 0, leave: 1, late: 2, early_leave: 1, slots_left: rate < 0.95 ? -1 : 1, attendance_rate: rate, attendance_goal: 0.95, attendance_level: rate < 0.95 ? 'critical' : 'ok', adherence: 0.943, adherence_goal: 0.92, adherence_level: 'ok' };
  }

  team(id, name) {
    const own = Object.values(this.agents).filter(a => a.team === id);
    return { name, now: { agents: own.length, staffed: own.filter(a => a.state !== 'offline').length, states: {} }, today: {}, interval: {} };
  }

  queues() {
    if (this.empty) return { queues: {} };
    const now = this.now;
    const queue = (name, offered, answered, waiting, oldest) => ({
      name, groups: ['all'], target_ms: 20_000, formula: 'all', goal: 0.8, warning: 0.8, critical: 0.7, level: 'ok', waiting_level: waiting > 1 ? 'warning' : 'ok', wait_warning_ms: 30_000, wait_critical_ms: 60_000,
      ...windows(offered, answered), now: { waiting, staffed: 30, agents: { ready: 6, talking: 18, wrapup: 3, hold: 1, break: 2 }, ...(oldest ? { oldest_since: now - oldest } : {}) },
    });
    const queues = { sales: queue(QUEUES.sales, 500, 470, 2, 34_000), support: queue(QUEUES.support, 320, 270, 1, 63_000), billing: queue(QUEUES.billing, 140, 139, 1, 8_000) };
    queues.support.today = kpi(320, 270, { service_level: 0.66 });
    return { queues, groups: { all: { ...queue('热线合计', 960, 879, 4, 63_000), queues: Object.keys(queues) } } };
  }

  policy() {
    const cite = '002-d 「尽量控制在10分钟以内」';
    return {
      name: 'floor', version: '1', approved: '职工代表大会，2025-03-01', attendance_goal: 0.95, adherence_goal: 0.92, ladder: ['remind', 'warn', 'report'],
      late_classes: [{ name: 'up_to_5_min', up_to_ms: 5 * MINUTE, money_fen: 200 }, { name: 'up_to_10_min', up_to_ms: 10 * MINUTE, money_fen: 500 }, { name: 'over_30_min', money_fen: 0 }],
      values: { absence_limit_ms: 30 * MINUTE, allowances_ms: [10 * MINUTE], breaks_unlimited: true, breaks_together: 2, busy_limit_ms: 5 * MINUTE, busy_reason: true, walk_every_ms: HOUR, walk_remind_ms: 10 * MINUTE, walk_missed_ms: 30 * MINUTE, swaps_per_month: 3, escalate_ms: 5 * MINUTE, point_fen: 0, waiting: { warning: 5, critical: 10 }, answer_rate: { warning: 900_000, critical: 850_000 } },
      rules: {
        'attendance.goal': { on: true, severity: 'warning', names: false, points: 0, cite: '002-j 「中心出勤率≥95%」' },
        'break.allowances': { on: true, severity: 'warning', names: false, points: 5, cite }, 'break.together': { on: true, severity: 'warning', names: false }, answer_rate: { on: true, severity: 'critical', names: false },
        busy: { on: true, severity: 'warning', names: true, points: 2, cite: '002-d 「上班期间严禁无故签出、暂停呼叫中心系统」' },
        'walk.every': { on: true, severity: 'warning', names: false, points: 0, cite: '002-d 「每隔1小时一次巡场」' },
        late: { on: true, severity: 'warning', names: false }, waiting: { on: true, severity: 'critical', names: false }, 'outbound.dialed': { on: false, severity: 'info', names: false },
      },
    };
  }

  // ---- views to their subscribers ----

  set(view, doc) {
    const next = clone(doc), old = this.views[view];
    const number = (old?.number ?? 0) + 1, ver = `${this.epoch}:${number}`;
    if (old) {
      const patch = patchOf(old.doc, next);
      if (!Object.keys(patch).length) return;
      const frame = JSON.stringify({ op: 'view', view, ver, base: old.ver, at: Date.now(), patch });
      for (const socket of this.sockets) if (socket.subscribed.has(view)) socket.send(frame);
    }
    this.views[view] = { doc: next, ver, number };
  }

  push(...views) {
    for (const view of views) this.set(view, view === 'walk' ? this.walk : { ...this.views[view].doc, [view]: this[view] });
  }

  record(kind, by, { agent, ...body } = {}, at = Date.now()) {
    const record = { record: ++this.serial, at, kind, key: String(this.serial), ...(agent ? { agent } : {}), by, body };
    this.ledger.unshift(record);
    return record;
  }

  // ---- HTTP ----

  async listen(port = 0) {
    this.server = http.createServer((request, response) => void this.serve(request, response));
    this.ws = new WebSocketServer({ server: this.server, path: '/ws', handleProtocols: () => 'shiftwall.v1' });
    this.ws.on('connection', socket => this.greet(socket));
    this.port = port;
    await new Promise(done => this.server.listen(port, '127.0.0.1', done));
    this.port = this.server.address().port;
    this.url = `http://127.0.0.1:${this.port}`;
    return this;
  }

  async close() {
    for (const socket of this.ws.clients) socket.terminate();
    this.ws.close();
    this.server.closeAllConnections?.();
    await new Promise(done => this.server.close(done));
  }

  greet(socket) {
    socket.subscribed = new Set();
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => {});
    socket.on('message', data => {
      const message = JSON.parse(String(data));
      if (message.op === 'ping') socket.send(JSON.stringify({ op: 'pong', t: message.t, now: Date.now() }));
      for (const view of message.views ?? []) {
        if (message.op === 'unsubscribe') socket.subscribed.delete(view);
        else if (message.op === 'subscribe') {
          const held = this.views[view];
          if (!held) socket.send(JSON.stringify({ op: 'error', code: 'unknown_view', text: view }));
          else {
            socket.subscribed.add(view);
            socket.send(JSON.stringify({ op: 'view', view, ver: held.ver, at: Date.now(), full: held.doc }));
          }
        }
      }
    });
    socket.send(JSON.stringify({ op: 'hello', server: 'shiftwall/fake', now: Date.now(), site: 'main', sites: ['main'], epoch: this.epoch }));
  }

  async serve(request, response) {
    const url = new URL(request.url, 'http://x');
    const body = await new Promise(done => {
      let text = '';
      request.on('data', data => (text += data));
      request.on('end', () => done(text));
    });
    const reply = (status, doc, headers = {}) => {
      response.writeHead(status, { 'content-type': status >= 400 ? 'application/problem+json' : 'application/json', ...headers });
      response.end(status === 204 ? '' : JSON.stringify(doc));
    };
    try {
      if (!url.pathname.startsWith('/api/')) return this.file(url.pathname, response);
      if (request.method !== 'GET') this.requests.push({ method: request.method, path: url.pathname + url.search, body });
      const cookie = /session=(\w+)/.exec(request.headers.cookie ?? '')?.[1];
      if (this.delayMs && request.method !== 'GET') await new Promise(done => setTimeout(done, this.delayMs));
      await this.api(request.method, url, body, cookie, reply);
    } catch (problem) {
      if (problem.status === undefined) console.error(problem);
      const { status = 500, detail = String(problem), ...rest } = problem;
      reply(status, { type: 'about:blank', title: http.STATUS_CODES[status], status, detail, ...rest });
    }
  }

  file(pathname, response) {
    const known = pathname.startsWith('/assets/') ? pathname : '/index.html';
    const file = path.join(root, 'web/dist', path.normalize(known));
    if (!fs.existsSync(file)) return response.writeHead(404).end();
    response.writeHead(200, {
      'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream', etag: '"fake"',
      'content-security-policy': "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; media-src 'self'; base-uri 'none'; frame-ancestors 'self'; form-action 'self'",
    });
    return response.end(fs.readFileSync(file));
  }

  sessionDoc(person) {
    const people = PEOPLE.map(({ id, name, role }) => ({ id, name, role }));
    return person ? { person: person.id, name: person.name, role: person.role, teams: person.teams ?? [], open: this.open, people } : { person: null, open: this.open, teams: [], people };
  }

  async api(method, url, body, cookie, reply) {
    const me = this.sessions.get(cookie);
    const fail = (status, detail, more = {}) => { throw { status, detail, ...more }; };
    if (url.pathname === '/api/v1/session') {
      if (method === 'GET') return reply(200, this.sessionDoc(me));
      if (method === 'DELETE') {
        this.sessions.delete(cookie);
        return reply(200, {});
      }
      const { name, person, pin } = JSON.parse(body);
      const found = this.open && name ? { id: name, name, role: 'manager' } : PEOPLE.find(p => p.id === person && p.pin === pin);
      if (!found) fail(401, 'The person or the PIN is wrong.');
      const token = randomBytes(8).toString('hex');
      this.sessions.set(token, found);
      return reply(201, this.sessionDoc(found), { 'set-cookie': `session=${token}; HttpOnly; SameSite=Strict; Path=/` });
    }
    const [, , , sites, , what, id, verb] = url.pathname.split('/').map(decodeURIComponent);
    if (sites !== 'sites') fail(404, url.pathname);
    if (method === 'GET') return reply(200, this.read(what, url, fail));
    const check = url.searchParams.get('check') === '1';
    if (!me) fail(401, 'Sign in first.');
    if (this.broken && !check) fail(503, this.broken);
    if (me.role === 'agent' && verb !== 'dispute') fail(403, 'Your role (agent) may not record this; lead, duty, manager may.');
    const doc = what === 'roster' ? body : JSON.parse(body || '{}');
    const answer = this.write({ method, what, id, verb, doc, me, check, fail, at: Date.now() });
    return reply(check ? 200 : 201, answer);
  }

  read(what, url, fail) {
    switch (what) {
      case 'views': return this.views[url.pathname.split('/').pop()].doc;
      case 'records': return { records: this.ledger.filter(r => r.agent === url.searchParams.get('agent')) };
      case 'audit': return { records: this.ledger };
      case 'duty': return { duty: [{ date: dayOf(this.now), role: 'duty', person: 'li', name: '李四', from: this.now - 4 * HOUR, to: this.now + 5 * HOUR }, { date: dayOf(this.now), role: 'duty', person: 'wu', name: '吴主管', from: this.now + 5 * HOUR, to: this.now + 13 * HOUR }] };
      case 'roster': {
        const date = url.searchParams.get('date');
        const own = this.rosters.get(date) ?? (date === dayOf(this.now) ? Object.values(this.shifts).map((s, i) => ({
          agent: s.agent, name: s.name, team: s.team, seat: s.seat, start: s.start, end: s.end,
          activities: [{ kind: 'meal', start: s.start + (3 + (i % 2)) * HOUR, end: s.start + (4 + (i % 2)) * HOUR }, ...(i % 7 ? [] : [{ kind: 'meeting', start: s.start, end: s.start + 15 * MINUTE }])], leave: s.status === 'on_leave' ? [{ kind: 'annual' }] : [],
        })) : []);
        return { date, shifts: own };
      }
      default: return fail(404, what);
    }
  }

  write(w) {
    const { what, method } = w;
    if (what === 'alerts') return this.ack(w);
    if (what === 'breaches') return this.decision(w);
    if (what === 'grants') return method === 'DELETE' ? this.ungrant(w) : this.grant(w);
    if (what === 'walks') return this.walking(w);
    if (what === 'roster') return this.roster(w);
    const { doc, me, at } = w;
    this.record({ duty: w.method === 'DELETE' ? 'duty.undo' : 'duty', swaps: 'swap', recalls: 'recall', notices: 'notice' }[what] ?? what, me.name, doc);
    if (what === 'duty' && w.method === 'DELETE') {
      this.walk = { ...this.walk, duty: this.relieved };
      this.push('walk');
    } else if (what === 'duty') {
      this.relieved = this.walk.duty;
      this.walk = { ...this.walk, duty: { person: doc.person, name: PEOPLE.find(p => p.id === doc.person)?.name ?? doc.person, until: doc.to } };
      this.push('walk');
    } else if (what === 'swaps') {
      const [a, b] = [this.shifts[doc.a], this.shifts[doc.b]];
      if (!a || !b) w.fail(404, 'One of the shifts is not there any more.');
      for (const field of ['agent', 'name', 'seat', 'team']) [a[field], b[field]] = [b[field], a[field]];
      this.push('shifts');
    } else if (what === 'notices') this.set('site', { ...this.views.site.doc, notices: [{ text: doc.text, since: at, ...(doc.until ? { until: doc.until } : {}) }] });
    else if (what !== 'recalls') w.fail(404, what);
    return { id: String(this.serial), ...doc };
  }

  ack({ id, me, at, fail }) {
    const alert = this.alerts[id] ?? fail(404, 'The alert is closed.');
    if (alert.acked_at) fail(409, 'somebody was first', { record: this.ledger.find(r => r.kind === 'alert.ack' && r.by === alert.acked_by) });
    Object.assign(alert, { acked_by: me.name, acked_at: at });
    this.record('alert.ack', me.name, { agent: alert.agent });
    this.push('alerts');
    return { id, ...alert };
  }

  decision({ method, id, verb, doc, me, at, fail }) {
    const breach = this.breaches[id] ?? fail(404, 'There is no such breach.');
    if (verb === 'dispute') breach.dispute = { text: doc.text, by: me.name, at };
    else if (method === 'DELETE') delete breach.decision;
    else {
      const first = breach.decision;
      if (first) fail(409, 'somebody was first', { record: { kind: 'breach.decision', by: first.by, at: first.at, body: { outcome: first.outcome } } });
      if (doc.outcome === 'excuse' && !doc.reason) fail(422, 'To excuse, a reason is needed.');
      breach.decision = { outcome: doc.outcome, ...(doc.step ? { step: doc.step } : {}), ...(doc.reason ? { reason: doc.reason } : {}), by: me.name, at };
    }
    this.record(verb === 'dispute' ? 'breach.dispute' : method === 'DELETE' ? 'breach.decision.undo' : 'breach.decision', me.name, { agent: breach.agent, rule: breach.rule, ...doc });
    this.push('breaches');
    return { id, ...breach };
  }

  grant({ doc, me, at, check, fail }) {
    if (!this.agents[doc.agent]) fail(422, `There is no agent ${doc.agent}.`);
    if (!(doc.to > doc.from)) fail(422, 'A grant has to end after it begins.');
    if (doc.to - doc.from > 24 * HOUR) fail(422, 'A grant lasts a day at most.');
    const effect = doc.kind === 'leave' ? { before: { due: 52, attended: 49, leave: 1, rate: 49 / 52, slots_left: 0 }, after: { due: 51, attended: 48, leave: 2, rate: 48 / 51, slots_left: -1 }, month_days: 2 } : {};
    if (check) return effect;
    const id = `g${++this.serial}`;
    this.grants[id] = { ...doc, name: this.agents[doc.agent].name, by: me.name, at };
    for (const b of Object.values(this.breaches)) if (b.agent === doc.agent && b.at >= doc.from && b.at < doc.to) b.excused = true;
    for (const [key, a] of Object.entries(this.alerts)) if (a.agent === doc.agent && a.breach && this.breaches[a.breach].excused) delete this.alerts[key];
    this.record('grant', me.name, doc);
    this.push('grants', 'breaches', 'alerts');
    return { id, ...this.grants[id], ...effect };
  }

  ungrant({ id, me, fail }) {
    const grant = this.grants[id] ?? fail(404, 'There is no such grant.');
    delete this.grants[id];
    for (const b of Object.values(this.breaches)) if (b.agent === grant.agent && b.at >= grant.from && b.at < grant.to) b.excused = false;
    this.record('grant.undo', me.name, { agent: grant.agent });
    this.push('grants', 'breaches');
    return {};
  }

  walking({ id, doc, me, at, fail }) {
    const walk = this.walk.walk;
    if (walk?.id !== id) fail(404, 'The walk is closed.');
    const item = doc.item === undefined ? undefined : (walk.items[doc.item] ?? fail(404, 'There is no such item.'));
    if (doc.action === 'start') {
      if (walk.state === 'started') fail(409, 'it was started already');
      Object.assign(walk, { state: 'started', by: me.name, started: at });
    } else if (doc.action === 'tick') {
      delete item.tick;
      delete item.by;
      delete item.at;
      if (doc.tick) Object.assign(item, { tick: doc.tick, by: me.name, at });
    } else if (doc.action === 'note') {
      if (item) item.note = doc.note;
      else walk.notes = doc.note;
    } else {
      const items = Object.values(walk.items);
      this.walk.past = { ...this.walk.past, [id]: { due: walk.due, state: 'done', by: walk.by, started: walk.started, closed: at, items: items.length, ticked: items.filter(i => i.tick).length } };
      this.walk.today = { ...this.walk.today, done: this.walk.today.done + 1 };
      delete this.walk.walk;
    }
    this.record(`walk.${doc.action}`, me.name, { ...(item ? { item: item.subject } : {}), ...(doc.tick ? { tick: doc.tick } : {}), ...(doc.note ? { note: doc.note } : {}) });
    this.push('walk');
    return { id };
  }

  roster({ doc, me, check, fail }) {
    const lines = doc.split(/\r?\n/).filter((l, i, all) => l.trim() || i < all.length - 1);
    const faults = [], shifts = [], dates = new Set();
    const columns = ['date', 'agent', 'name', 'team', 'seat', 'start', 'end', 'activities', 'leave'];
    if (lines[0]?.trim() !== columns.join(',')) faults.push({ line: 1, column: 1, text: `the header has to be ${columns.join(',')}` });
    lines.slice(1).forEach((text, i) => {
      const line = i + 2, cells = text.split(','), [date, agent, name, team, seat, start, end] = cells;
      if (!/^\d{4}-\d\d-\d\d$/.test(date ?? '')) faults.push({ line, column: 1, text: 'not a date like 2026-11-23' });
      if (!agent) faults.push({ line, column: 2, text: 'an agent is needed' });
      for (const [at, value] of [[6, start], [7, end]]) if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(value ?? '')) faults.push({ line, column: at, text: `"${value ?? ''}" is not a time of day like 08:30` });
      if (start === end && start) faults.push({ line, column: 7, text: 'a shift has to have a length' });
      dates.add(date);
      if (!faults.length) shifts.push({ date, agent, name, team, seat, start: local(date, start), end: local(date, end) + (end < start ? 24 * HOUR : 0), activities: [], leave: [] });
    });
    if (faults.length) fail(422, `${faults.length} faults in the roster; nothing of it was taken.`, { faults });
    if (!check) {
      for (const date of dates) this.rosters.set(date, shifts.filter(s => s.date === date));
      this.record('roster', me.name, { shifts: shifts.length, dates: [...dates] });
    }
    return { shifts: shifts.length, dates: [...dates], remarks: shifts.some(s => !this.agents[s.agent]) ? ['some agents are new'] : [] };
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const floor = await new FakeFloor().listen(Number(process.argv[2] ?? 8088));
  console.log(`${floor.url}/console`);
}
