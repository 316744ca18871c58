import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fill } from '../src/i18n';
import { consoleTables, minutes, named, quantity } from '../src/i18n/console';
import { lang } from '../src/store/prefs';
import { parsePlace, hashOf } from '../src/store/console_route';
import { breachesOf, grantsOf } from '../src/store/console_own';
import { alerts, attendance, matches, shiftAt, shifts, takeConsoleView, undecided, unacked, walk, whoOf } from '../src/store/console_views';
import { site, makeSink } from '../src/store/wall';
import { toCsv } from '../src/view/console/csv';
import { passes } from '../src/view/console/floor';
import { decodeText } from '../src/view/console/form_upload';
import { inBreachFilter } from '../src/view/console/day';
import { inFilter } from '../src/view/console/signin';
import { rungsOf } from '../src/view/console/agent';
import { hoursOf, toRoster } from '../src/view/console/roster';
import { limitText } from '../src/view/console/policy';
import { steady } from '../src/view/console/parts';
import { grantFor, grantForAlert, grantForBreach, kindOfRule, periodsOf } from '../src/view/console/presets';
import { addDays, fromField, toDate, toField } from '../src/view/console/zone';
import { asFirst, asGrantAnswer, asPolicy, asProblem, asRecords, asRosterDay, asSession, asWalk, type Breach, type Shift } from '../src/wire/console';
import type { JsonObject } from '../src/wire/json';
import type { AgentView } from '../src/wire/types';

const zh = consoleTables['zh-CN'];
const en = consoleTables.en;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const parameters = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1] ?? '').sort();
const source = ['src/view/console', 'src/store', 'src/i18n'].flatMap((dir) => readdirSync(dir).filter((n) => /\.tsx?$/.test(n) && !/console_(zh|en)/.test(n)).map((n) => readFileSync(`${dir}/${n}`, 'utf8'))).join('\n');

test('every text of the console is in both languages, with the same parameters', () => {
  assert.deepEqual(Object.keys(en).sort(), Object.keys(zh).sort());
  for (const key of Object.keys(zh) as (keyof typeof zh)[]) {
    assert.ok(zh[key].trim() && en[key].trim(), key);
    assert.deepEqual(parameters(en[key]), parameters(zh[key]), key);
    assert.ok(!/[\u3400-\u9fff]/.test(en[key]), key);
  }
});

test('no text is there for nothing', () => {
  // Looked up by what the site sends, not by name.
  const families = /^(rule|role|step|record|field|limit|leave|activity|grant\.(kind|blackout)|walk\.(kind|state|tick)|signin\.(status|deadline|past)|day\.(breaches|grants|audit))\./;
  const dynamic = (key: string): boolean => families.test(`${key}.`) || families.test(key);
  const unused = Object.keys(zh).filter((key) => !source.includes(`'${key}'`) && !dynamic(key));
  assert.deepEqual(unused, []);
});

test('the terms are those of the trade', () => {
  const terms: readonly (readonly [keyof typeof zh, string])[] = [
    ['go.signin', '签入'], ['floor.offline', '签出'], ['go.breaks', '小休'], ['floor.busy', '示忙'], ['state.meal', '就餐'], ['signin.late', '迟到'], ['signin.status.left_early', '早退'], ['signin.absent', '缺勤'],
    ['alerts.grant', '报备'], ['go.walk', '巡场'], ['step.remind', '提醒'], ['step.warn', '警告'], ['step.report', '通报'], ['signin.rate', '出勤率'], ['signin.adherence', '登录吻合度'], ['grant.kind.problem', '问题时长'],
    ['swap.title', '调班'], ['role.lead', '班长'], ['role.duty', '值班长'], ['role.manager', '主管'],
  ];
  for (const [key, term] of terms) assert.equal(zh[key], term);
});

test('names the table does not know are shown as the site writes them', () => {
  lang.value = 'en';
  assert.equal(named('step', 'warn'), 'Warn');
  assert.equal(named('step', 'sing a song'), 'sing a song');
  assert.equal(named('step', undefined), '–');
  assert.equal(named('rule', 'constructor'), 'constructor');
  assert.equal(fill('{a}', { a: 0 }), '0');
  assert.equal(quantity(833_333, 'ppm'), '83.3%');
  assert.equal(quantity(63_000, 'ms'), '1:03');
  assert.equal(quantity(1200, 'count'), '1,200');
  assert.equal(minutes(600_000), '10 min');
  assert.equal(minutes(90_000), '1:30');
});

test('places of the console and their addresses', () => {
  assert.deepEqual(parsePlace('#walk'), { section: 'walk' });
  assert.deepEqual(parsePlace(''), { section: 'floor' });
  assert.deepEqual(parsePlace('#nowhere'), { section: 'floor' });
  assert.deepEqual(parsePlace('#agent/%E0'), { section: 'floor' });
  const odd = { section: 'agent', agent: 'a/b #1' } as const;
  assert.deepEqual(parsePlace(hashOf(odd)), odd);
});

test('local times of a site, whatever the zone of the screen', () => {
  const shanghai = Date.parse('2026-11-23T02:42:00Z');
  assert.equal(toField(shanghai, 'Asia/Shanghai'), '2026-11-23T10:42');
  assert.equal(fromField('2026-11-23T10:42', 'Asia/Shanghai'), shanghai);
  assert.equal(toDate(Date.parse('2026-11-23T17:00:00Z'), 'Asia/Shanghai'), '2026-11-24');
  assert.equal(fromField('2026-07-01T12:00', 'Europe/London'), Date.parse('2026-07-01T11:00:00Z'));
  // Twice in the night the clocks go back: the first.
  assert.equal(fromField('2026-10-25T01:30', 'Europe/London'), Date.parse('2026-10-25T00:30:00Z'));
  for (let ms = Date.parse('2026-03-28T00:00:00Z'); ms < Date.parse('2026-03-30T00:00:00Z'); ms += 7 * MINUTE) assert.equal(fromField(toField(ms, 'Europe/London'), 'Europe/London'), ms);
  assert.equal(fromField('never', 'UTC'), undefined);
  assert.equal(addDays('2026-02-28', 1), '2026-03-01');
  assert.equal(addDays('2026-01-01', -1), '2025-12-31');
});

test('tables to take away are quoted, and no formulas', () => {
  assert.equal(toCsv(['a', 'b'], [['x,y', 'he said "no"'], ['=1+1', -5], [undefined, 'line\nbreak']]), '\ufeffa,b\r\n"x,y","he said ""no"""\r\n\'=1+1,-5\r\n,"line\nbreak"\r\n');
});

test('a roster in UTF-8 or GB 18030', () => {
  const bytes = (...list: number[]): ArrayBuffer => new Uint8Array(list).buffer;
  assert.equal(decodeText(bytes(0xe7, 0x8e, 0x8b)), '王');
  assert.equal(decodeText(bytes(0xcd, 0xf5)), '王');
  assert.equal(decodeText(bytes(0xef, 0xbb, 0xbf, 0x61)), 'a');
});

test('a list holds still: what is gone stays, what is new comes last', () => {
  const first = steady<number>([], [['a', 1], ['b', 2]]);
  const second = steady(first, [['c', 3], ['b', 20]]);
  assert.deepEqual(second, [{ id: 'a', item: 1, gone: true }, { id: 'b', item: 20, gone: false }, { id: 'c', item: 3, gone: false }]);
  assert.deepEqual(steady(second, [['a', 5]]).map((e) => [e.id, e.item, e.gone]), [['a', 5, false], ['b', 20, true], ['c', 3, true]]);
});

const agent = (over: Partial<AgentView> = {}): AgentView => ({ state: 'ready', since: 0, ...over });

test('filters of the floor', () => {
  assert.equal(passes('all', agent({ state: 'offline' }), 0), false);
  assert.equal(passes('over', agent({ state: 'busy', limit_ms: 5 * MINUTE }), 5 * MINUTE + 1), true);
  assert.equal(passes('over', agent({ state: 'busy', limit_ms: 5 * MINUTE }), 5 * MINUTE), false);
  assert.equal(passes('over', agent({ state: 'busy', marks: ['over_limit'] }), 0), true);
  assert.equal(passes('over', agent({ state: 'offline', limit_ms: 1, marks: ['over_limit'] }), HOUR), false);
  assert.equal(passes('break', agent({ state: 'meal' }), 0), true);
  assert.equal(passes('handling', agent({ state: 'hold' }), 0), true);
  assert.equal(passes('idle', agent(), 0), true);
});

const shift = (over: Partial<Shift> = {}): Shift => ({ agent: '1001', start: 8 * HOUR, end: 17 * HOUR, status: 'present', ...over });

test('who needs a look at sign-in', () => {
  const at = 8 * HOUR;
  assert.equal(inFilter('attention', shift({ status: 'absent' }), at), true);
  assert.equal(inFilter('attention', shift({ status: 'absent' }), 18 * HOUR), false, 'the shift is over: nothing to be done');
  assert.equal(inFilter('absent', shift({ status: 'absent', attended: false }), 18 * HOUR), true);
  assert.equal(inFilter('absent', shift({ status: 'late', attended: false, signed_in: true }), at), true, 'came, but too late to count');
  assert.equal(inFilter('absent', shift({ status: 'not_yet' }), at), false, 'may still come');
  assert.equal(inFilter('attention', shift({ status: 'late', signed_in: true }), at), false);
  assert.equal(inFilter('attention', shift({ status: 'not_yet' }), at), true);
  assert.equal(inFilter('attention', shift({ status: 'out' }), at), true);
  assert.equal(inFilter('present', shift({ start: at + 16 * HOUR, end: at + 24 * HOUR }), at), false, 'signed in, but for an earlier shift');
  assert.equal(inFilter('attention', shift({ status: 'due', start: at + 20 * MINUTE }), at), true);
  assert.equal(inFilter('attention', shift({ status: 'due', start: at + 5 * HOUR }), at), false);
  assert.equal(inFilter('late', shift({ late_ms: 1 }), at), true);
});

const breach = (over: Partial<Breach> = {}): Breach => ({ rule: 'busy', agent: '1001', at: 10 * HOUR, n: 1, step: 'remind', ...over });

test('breaches by what became of them', () => {
  assert.equal(inBreachFilter('undecided', breach()), true);
  assert.equal(inBreachFilter('undecided', breach({ excused: true })), false);
  assert.equal(inBreachFilter('excused', breach({ excused: true })), true);
  assert.equal(inBreachFilter('confirmed', breach({ decision: { outcome: 'confirm' } })), true);
  assert.equal(inBreachFilter('disputed', breach({ dispute: { text: 'no' } })), true);
});

test('the ladder counts what is not excused, from today and from the records', () => {
  const records = asRecords({ records: [{ kind: 'breach', body: { rule: 'late', n: 2, step: 'warn' } }, { kind: 'breach', body: { rule: 'late', n: 3, excused: true } }, { kind: 'grant', body: { rule: 'late', n: 9 } }] });
  assert.deepEqual(rungsOf([breach({ n: 1 }), breach({ n: 2, decision: { outcome: 'excuse' } })], records), [{ rule: 'late', n: 2, step: 'warn' }, { rule: 'busy', n: 1, step: 'remind' }]);
});

test('an agent knows their own breaches and grants from their records', () => {
  const of = (record: number, kind: string, key: string, body: JsonObject): JsonObject => ({ record, kind, key, agent: '1001', by: 'Li', at: 100 + record, body });
  const records = asRecords({ records: [
    of(8, 'grant.undo', 'h', {}), of(7, 'grant', 'h', { kind: 'busy', from: 40, to: 60 }), of(6, 'grant', 'g', { kind: 'break', from: 40, to: 60, reason: 'x' }), of(5, 'breach.void', 'c', {}),
    of(4, 'breach.dispute', 'b', { text: 'no' }), of(3, 'breach.decision', 'b', { outcome: 'confirm', step: 'remind' }),
    of(2, 'breach', 'c', { rule: 'late', opened: 30 }), of(1, 'breach', 'b', { rule: 'busy', opened: 20, value: 9, limit: 5, n: 1, step: 'remind' }), of(0, 'breach', 'a', { rule: 'busy', opened: 5 }),
  ] });
  assert.deepEqual(breachesOf(records, 10), { b: {
    rule: 'busy', agent: '1001', at: 20, value_ms: 9, limit_ms: 5, n: 1, step: 'remind', excused: false, decision: { outcome: 'confirm', step: 'remind', by: 'Li', at: 103 }, dispute: { text: 'no', by: 'Li', at: 104 },
  } });
  assert.deepEqual(grantsOf(records, 10), { g: { agent: '1001', kind: 'break', from: 40, to: 60, reason: 'x', by: 'Li', at: 106 } });
  assert.deepEqual(grantsOf(records, 70), {}, 'over before the day began');
});

test('what a leader most likely grants', () => {
  assert.equal(kindOfRule('break.allowances'), 'break');
  assert.equal(kindOfRule('absent'), 'leave');
  assert.equal(kindOfRule('signout.inside_shift'), 'early_leave');
  takeConsoleView('shifts', { shifts: { k: { agent: '1001', start: 8 * HOUR, end: 17 * HOUR, status: 'present' } } });
  const now = 10 * HOUR + 7 * MINUTE + 20_000;
  const asked = grantFor('1001', agent({ state: 'busy', since: 10 * HOUR + 30_000, limit_ms: 5 * MINUTE }));
  assert.deepEqual([asked.grant, asked.since, asked.extend], ['busy', 10 * HOUR + 30_000, 10 * HOUR + 5 * MINUTE + 30_000]);
  const periods = periodsOf(asked, 'busy', now);
  assert.deepEqual(periods.map((p) => p.id), ['plus10', 'this', 'plus30', 'shift']);
  // From the minute it began, ten minutes from now; the shift's own end.
  assert.deepEqual([periods[0]?.from, periods[0]?.to], [10 * HOUR, 10 * HOUR + 18 * MINUTE]);
  assert.equal(periods[3]?.to, 17 * HOUR);
  for (const kind of ['leave', 'late', 'early_leave', 'overtime', 'break', 'problem'] as const) {
    const list = periodsOf(asked, kind, now);
    assert.ok(list.length > 0, kind);
    for (const p of list) assert.ok(p.to > p.from && p.from % MINUTE === 0 && p.to % MINUTE === 0, `${kind} ${p.id}`);
  }
  assert.deepEqual(periodsOf({ kind: 'grant', agent: '1001' }, 'overtime', now)[0]?.from, 17 * HOUR);
  assert.equal(grantForAlert({ rule: 'waiting', severity: 'critical', opened: 1 }), undefined);
  // An alert opens when the limit is passed: the grant is from the beginning, and longer than what is allowed anyway.
  const alerted = grantForAlert({ rule: 'break.allowances', severity: 'warning', agent: '1001', opened: 10 * HOUR, since: 10 * HOUR, limit: 10 * MINUTE, unit: 'ms' });
  assert.deepEqual([alerted?.grant, alerted?.since, alerted?.extend], ['break', 10 * HOUR - 10 * MINUTE, 10 * HOUR]);
  // A breach that is over is covered from before it began to its end.
  const past = grantForBreach(breach({ until: 10 * HOUR + 4 * MINUTE }));
  assert.ok(past && past.since !== undefined && past.since <= 10 * HOUR && past.until === 10 * HOUR + 4 * MINUTE);
});

test('views come in and go out with their patches', () => {
  const lost = makeSink(() => undefined);
  lost.view('site', { attendance: {} });
  assert.equal(site.value, undefined);
  assert.equal(takeConsoleView('site', { attendance: { due: 3 } }), false);
  assert.deepEqual(attendance.value, { due: 3 });
  assert.equal(takeConsoleView('alerts', { alerts: { a: { opened: 1, rule: 'busy', severity: 'info' }, broken: { rule: 'x' }, no: 3 } }), true);
  assert.deepEqual(Object.keys(alerts.value ?? {}), ['a']);
  assert.equal(unacked.value.length, 1);
  takeConsoleView('alerts', { nothing: 1 });
  assert.deepEqual(Object.keys(alerts.value ?? {}), ['a'], 'a view without its member changes nothing');
  takeConsoleView('breaches', { breaches: { b: { at: 2, rule: 'busy' }, a: { at: 1, rule: 'late' }, c: { at: 3, rule: 'late', excused: true } } });
  assert.deepEqual(undecided.value.map(([id]) => id), ['a', 'b']);
  takeConsoleView('walk', { next: 5, walk: { due: 1 } });
  assert.deepEqual(walk.value, { next: 5 }, 'a walk without an id cannot be started');
  assert.equal(takeConsoleView('queues', {}), false);
});

test('the shift somebody is in, the next, or the last', () => {
  takeConsoleView('shifts', { shifts: { b: { agent: '7', name: 'Bo', start: 50, end: 90, status: 'due' }, a: { agent: '7', start: 10, end: 40, status: 'over' } } });
  assert.deepEqual([20, 45, 60, 99].map((at) => shiftAt('7', at)?.key), ['a', 'b', 'b', 'b']);
  assert.equal(shiftAt('8', 1), undefined);
  assert.equal(Object.keys(shifts.value ?? {}).length, 2);
  assert.equal(matches({ ...whoOf('7'), name: 'Bo Li', seat: '12' }, 'li 12'), true);
  assert.equal(matches({ id: '7', name: 'Bo Li' }, 'li 13'), false);
});

test('answers of the API, whole and broken', () => {
  assert.deepEqual(asSession({ person: null, open: true, teams: ['A', 1], people: [{ id: 'x', name: 'X' }, { name: 'no id' }] }), { open: true, teams: ['A'], people: [{ id: 'x', name: 'X' }] });
  assert.deepEqual(asSession('nonsense'), { open: false, teams: [], people: [] });
  const problem = asProblem(422, { title: 'x', detail: 'y', faults: [{ line: 3, column: 'start', text: 'z' }, 4] });
  assert.deepEqual([problem.detail, problem.faults], ['y', [{ line: 3, column: 'start', text: 'z' }]]);
  assert.deepEqual(asProblem(500, undefined), { status: 500, title: '', detail: '', faults: [] });
  assert.deepEqual(asFirst({ record: 7, kind: 'alert.ack', by: 'Li', at: 5, body: { by: 'Li' } } as JsonObject), { by: 'Li', at: 5 });
  assert.deepEqual(asFirst({ by: 'Li', at: 5 }), { by: 'Li', at: 5 });
  assert.deepEqual(asFirst(undefined), {});
  assert.deepEqual(asGrantAnswer({ key: 'g', before: { rate: 0.9 }, after: { rate: 0.8, slots_left: -1 }, month_days: 2 }), { id: 'g', rate_before: 0.9, rate_after: 0.8, slots_left: -1, month_days: 2 });
  const [record] = asRecords({ records: [{ record: 3, at: 4, kind: 'grant', key: 'k', agent: '1001', by: 'Li', body: { id: 'k', kind: 'leave', from: 1, to: 2, by: 'Li', csv: 'long' } }] });
  assert.deepEqual(asRecords({ records: [{ record: 1, at: 2, kind: 'alert', body: { rule: 'waiting', kind: 'queue', subject: 'sales', value: 6, opened: 1 } }] })[0]?.fields, { subject: 'queue:sales', rule: 'waiting', since: 1 });
  assert.deepEqual(record, { id: '3', kind: 'grant', key: 'k', at: 4, by: 'Li', fields: { agent: '1001', grant_kind: 'leave', from: 1, to: 2 } });
  assert.deepEqual(asWalk({ walk: { id: 'w', due: 1 } }), { walk: { id: 'w', due: 1 } });
  const day = asRosterDay({ date: 'd', shifts: [{ agent: 'a', start: '2026-11-23T00:30:00+08:00', end: 9, activities: [{ kind: 'meal', start: 1, end: 2 }, { kind: 'x' }], leave: ['annual', { kind: 'sick', start: 1, end: 2 }] }, { agent: 'b' }] });
  assert.deepEqual(day.shifts, [{ agent: 'a', start: Date.parse('2026-11-22T16:30:00Z'), end: 9, activities: [{ kind: 'meal', start: 1, end: 2 }], leave: [{ kind: 'annual' }, { kind: 'sick', start: 1, end: 2 }] }]);
  const policy = asPolicy({ name: 'floor', rules: { busy: { on: true }, answer_rate: { on: true }, alarm: { on: true } }, ladder: ['remind'], values: { busy_limit_ms: 300_000, answer_rate: { warning: 900_000 }, swaps_per_month: 3 } });
  assert.deepEqual([policy.rest, policy.ladder], [{ swaps_per_month: 3 }, ['remind']]);
  assert.deepEqual(policy.rules, { busy: { on: true, limits: { limit_ms: 300_000 } }, answer_rate: { on: true, limits: { warning_ppm: 900_000 } }, alarm: { on: true } });
});

test('the hours of a day and the limits of a rule', () => {
  const day = asRosterDay({ shifts: [{ agent: 'a', start: 8.5 * HOUR, end: 17.5 * HOUR }, { agent: 'b', start: 9 * HOUR, end: 20 * HOUR }] });
  assert.deepEqual(hoursOf(day.shifts), { from: 8 * HOUR, to: 20 * HOUR });
  assert.equal(hoursOf([]), undefined);
  assert.equal(limitText('goal', 0.95), '95%');
  assert.equal(limitText('each_ms', 600_000), '10 min');
  assert.equal(limitText('warning_ppm', 900_000), '90%');
  assert.equal(limitText('classes', [{ name: 'a', up_to_ms: 300_000, money_fen: 200 }, { name: 'last', money_fen: 0 }]), 'up to 5 min costs 2 yuan; last');
});

test('a day goes out as the file it came from', () => {
  const start = Date.parse('2026-11-23T12:00:00Z');
  const day = asRosterDay({ date: '2026-11-23', shifts: [{ agent: '2001', name: '赵敏', team: 'N', seat: '12', start, end: start + 12 * HOUR, activities: [{ kind: 'meal', start: start + 4 * HOUR, end: start + 5 * HOUR }], leave: [{ kind: 'annual', start: start + 6 * HOUR, end: start + 12 * HOUR }] }] });
  assert.equal(toRoster(day.date, day.shifts, 'Asia/Shanghai').split('\r\n')[1], '2026-11-23,2001,赵敏,N,12,20:00,08:00,meal 00:00-01:00,annual 02:00-08:00');
});
