// What the console takes from the wire: the leaders' views, and the answers of the API. The only place of the console where
// JSON becomes typed data.
import { isObject, type Json, type JsonObject } from './json';
import type { Severity } from './types';

export const ROLES = ['display', 'agent', 'quality', 'lead', 'duty', 'manager', 'admin'] as const;

export interface Person {
  readonly id: string;
  readonly name?: string;
  readonly role?: string;
}

export interface Session {
  readonly person?: string;
  readonly name?: string;
  readonly role?: string;
  readonly teams: readonly string[];
  /** Nobody needs a PIN here (loopback, no accounts): a name is enough. */
  readonly open: boolean;
  /** There are accounts: whoever is not signed in sees nothing. */
  readonly accounts?: boolean;
  /** Somebody else knows the password: nothing else may be done before it is another. */
  readonly mustChange?: boolean;
  readonly people: readonly Person[];
}

export type Unit = 'ms' | 'count' | 'ppm';

export interface Alert {
  readonly rule: string;
  readonly severity: Severity;
  readonly subject?: string;
  readonly agent?: string;
  readonly name?: string;
  readonly seat?: string;
  readonly team?: string;
  readonly queue?: string;
  readonly opened: number;
  readonly since?: number;
  readonly value?: number;
  readonly limit?: number;
  readonly unit?: Unit;
  readonly acked_by?: string;
  readonly acked_at?: number;
  readonly escalated_at?: number;
  readonly to?: string;
  readonly cite?: string;
  readonly breach?: string;
}

export const SHIFT_STATUSES = ['late', 'not_yet', 'absent', 'due', 'out', 'present', 'on_leave', 'left_early', 'over'] as const;
export type ShiftStatus = (typeof SHIFT_STATUSES)[number];

export interface BreakTaken {
  readonly start: number;
  readonly end?: number;
  readonly allowance_ms?: number;
  readonly length_ms?: number;
  readonly overrun_ms?: number;
  readonly excess?: boolean;
  readonly excused?: boolean;
}

export interface Shift {
  readonly agent: string;
  readonly name?: string;
  readonly seat?: string;
  readonly team?: string;
  readonly start: number;
  readonly end: number;
  readonly status: ShiftStatus;
  readonly signed_in?: boolean;
  /** Whether it counts as attended; not yet known while somebody may still come. */
  readonly attended?: boolean;
  readonly state_since?: number;
  readonly deadline?: number;
  readonly deadline_kind?: 'sign_in' | 'start' | 'absent' | 'break' | 'break_over' | 'return' | 'sign_out';
  readonly late_ms?: number;
  readonly late_class?: string;
  readonly early_leave_ms?: number;
  readonly overtime_ms?: number;
  readonly overtime_granted?: boolean;
  readonly adherence?: number;
  readonly scheduled_ms?: number;
  readonly signed_in_ms?: number;
  readonly excused_ms?: number;
  readonly breaks?: readonly BreakTaken[];
  readonly allowances_left?: readonly number[];
  readonly unlimited?: boolean;
}

export type Outcome = 'confirm' | 'excuse';

export interface Decision {
  readonly outcome: Outcome;
  readonly step?: string;
  readonly reason?: string;
  readonly by?: string;
  readonly at?: number;
}

export interface Breach {
  readonly rule: string;
  readonly agent?: string;
  readonly name?: string;
  readonly seat?: string;
  readonly team?: string;
  readonly at: number;
  readonly until?: number;
  readonly value_ms?: number;
  readonly limit_ms?: number;
  readonly excused?: boolean;
  /** Which breach of this rule in the month it is. */
  readonly n?: number;
  readonly step?: string;
  readonly points?: number;
  readonly money_fen?: number;
  readonly cite?: string;
  readonly decision?: Decision;
  readonly dispute?: { readonly text: string; readonly by?: string; readonly at?: number };
}

export const GRANT_KINDS = ['break', 'busy', 'away', 'problem', 'late', 'early_leave', 'leave', 'swap', 'overtime'] as const;
export type GrantKind = (typeof GRANT_KINDS)[number];

export interface Grant {
  readonly agent: string;
  readonly name?: string;
  readonly kind: GrantKind;
  readonly from: number;
  readonly to: number;
  readonly reason?: string;
  readonly by?: string;
  readonly at?: number;
}

export const TICKS = ['seen', 'helped', 'confirmed', 'excused'] as const;
export type Tick = (typeof TICKS)[number];

export interface WalkItem {
  readonly rank: number;
  readonly kind: 'alert' | 'over_limit' | 'idle' | 'team' | 'open';
  readonly subject?: string;
  readonly agent?: string;
  readonly name?: string;
  readonly seat?: string;
  readonly team?: string;
  readonly rule?: string;
  readonly since?: number;
  readonly text?: string;
  readonly tick?: Tick;
  readonly note?: string;
  readonly by?: string;
  readonly at?: number;
}

export interface CurrentWalk {
  readonly id: string;
  readonly due: number;
  readonly state: 'due' | 'started' | 'reminded';
  readonly by?: string;
  readonly started?: number;
  readonly items?: { readonly [id: string]: WalkItem };
  readonly notes?: string;
}

export interface PastWalk {
  readonly due: number;
  readonly state: 'done' | 'missed';
  readonly by?: string;
  readonly started?: number;
  readonly closed?: number;
  readonly items?: number;
  readonly ticked?: number;
}

export interface WalkView {
  readonly duty?: { readonly person?: string; readonly name?: string; readonly until?: number };
  readonly next?: number;
  readonly every_ms?: number;
  readonly walk?: CurrentWalk;
  readonly today?: { readonly due: number; readonly done: number; readonly missed: number };
  readonly past?: { readonly [id: string]: PastWalk };
}

export interface PolicyRule {
  readonly on?: boolean;
  readonly severity?: Severity;
  readonly names?: boolean;
  readonly points?: number;
  readonly cite?: string;
  readonly limits?: JsonObject;
}

export interface PolicyView {
  readonly name?: string;
  readonly version?: string;
  readonly approved?: string;
  readonly attendance_goal?: number;
  readonly adherence_goal?: number;
  readonly rules: { readonly [key: string]: PolicyRule };
  readonly ladder?: readonly string[];
  /** What else the site's policy says, shown as it is. */
  readonly rest: JsonObject;
}

/** What the site and each team say of today's shifts. */
export interface Attendance {
  readonly scheduled?: number;
  readonly present?: number;
  readonly due?: number;
  readonly attended?: number;
  readonly pending?: number;
  readonly absent?: number;
  readonly leave?: number;
  readonly late?: number;
  readonly early_leave?: number;
  readonly slots_left?: number;
  readonly attendance_rate?: number;
  readonly attendance_goal?: number;
  readonly attendance_level?: 'ok' | 'critical';
  readonly adherence?: number;
  readonly adherence_goal?: number;
  readonly adherence_level?: 'ok' | 'critical';
}

export interface Fault {
  readonly line?: number;
  readonly column?: number | string;
  readonly text: string;
}

/** RFC 9457, or what stands for it when nothing came back (status 0). */
export interface Problem {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly faults: readonly Fault[];
  /** How many seconds the server asks to wait. */
  readonly retry?: number;
  /** Of a conflict: what the first one recorded. */
  readonly record?: JsonObject;
}

export interface GrantAnswer {
  readonly id?: string;
  readonly rate_before?: number;
  readonly rate_after?: number;
  readonly slots_left?: number;
  readonly month_days?: number;
  /** Why the rule book gives no leave then: date, taking_over. */
  readonly blackout?: string;
}

export interface RosterAnswer {
  readonly shifts: number;
  readonly dates: readonly string[];
  readonly remarks: readonly string[];
}

export interface Activity {
  readonly kind: string;
  readonly start: number;
  readonly end: number;
}

export interface RosterShift {
  readonly agent: string;
  readonly name?: string;
  readonly team?: string;
  readonly seat?: string;
  readonly start: number;
  readonly end: number;
  readonly activities: readonly Activity[];
  readonly leave: readonly Partial<Activity>[];
}

export interface RosterDay {
  readonly date: string;
  readonly shifts: readonly RosterShift[];
}

export interface DutyShift {
  readonly date?: string;
  readonly role?: string;
  readonly person: string;
  readonly name?: string;
  readonly from: number;
  readonly to: number;
}

/** One line of the ledger; what is in it besides depends on its kind. */
export interface LedgerRecord {
  readonly id?: string;
  readonly kind: string;
  /** What it is of: the id of the breach, the grant, the walk. */
  readonly key?: string;
  readonly at?: number;
  readonly by?: string;
  readonly fields: JsonObject;
}

function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function number(value: Json | undefined): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function objects(value: Json | undefined): readonly JsonObject[] {
  return list(value).filter(isObject);
}

function texts(value: Json | undefined): readonly string[] {
  return list(value).filter((item): item is string => typeof item === 'string');
}

/** Epoch ms, whether written as such or as RFC 3339. */
function time(value: Json | undefined): number | undefined {
  if (typeof value !== 'string') return number(value);
  const ms = Date.parse(value);
  return Number.isFinite(ms) ? ms : undefined;
}

/** OBJECT without the members that are undefined: absent means absent. */
function present<T extends object>(object: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}

// The members of DOC.NAME that have what every one of them must have.
function members<T>(doc: JsonObject, name: string, ...numbers: readonly string[]): { readonly [id: string]: T } | undefined {
  const all = doc[name];
  if (!isObject(all)) return undefined;
  const good = Object.entries(all).filter(([, one]) => isObject(one) && numbers.every((member) => number(one[member]) !== undefined));
  return Object.fromEntries(good) as unknown as { readonly [id: string]: T };
}

export const asAlerts = (doc: JsonObject): { readonly [id: string]: Alert } | undefined => members<Alert>(doc, 'alerts', 'opened');
export const asShifts = (doc: JsonObject): { readonly [key: string]: Shift } | undefined => members<Shift>(doc, 'shifts', 'start', 'end');
export const asBreaches = (doc: JsonObject): { readonly [id: string]: Breach } | undefined => members<Breach>(doc, 'breaches', 'at');
export const asGrants = (doc: JsonObject): { readonly [id: string]: Grant } | undefined => members<Grant>(doc, 'grants', 'from', 'to');

export function asWalk(doc: JsonObject): WalkView {
  const walk = doc['walk'];
  const sound = isObject(walk) && text(walk['id']) !== undefined && number(walk['due']) !== undefined;
  return (sound || walk === undefined ? doc : Object.fromEntries(Object.entries(doc).filter(([key]) => key !== 'walk'))) as unknown as WalkView;
}

const POLICY_KNOWN: readonly string[] = ['name', 'version', 'approved', 'attendance_goal', 'adherence_goal', 'rules', 'ladder', 'values', 'late_classes'];

// Which of the policy's values are the limits of which rule: [rule, what the limit is called there, the value]. Two levels
// come as one object; a share's are millionths.
const LIMITS: readonly (readonly [rule: string, limit: string, value: string])[] = [
  ['attendance.goal', 'goal', 'attendance_goal'], ['attendance.goal', 'absent_after_ms', 'absence_limit_ms'], ['adherence.goal', 'goal', 'adherence_goal'],
  ['adherence.goal', 'tolerance_ms', 'state_tolerance_ms'], ['signin.early', 'by_ms', 'signin_early_ms'], ['signout.late', 'by_ms', 'signout_late_ms'],
  ['signin.after_activity', 'within_ms', 'signin_after_activity_ms'], ['late', 'classes', 'late_classes'], ['break.allowances', 'list_ms', 'allowances_ms'],
  ['break.allowances', 'unlimited', 'breaks_unlimited'], ['break.together', 'most', 'breaks_together'], ['break.month', 'most', 'break_month'], ['busy', 'limit_ms', 'busy_limit_ms'],
  ['busy', 'reason', 'busy_reason'], ['away.report', 'after_ms', 'away_report_ms'], ['hold.each', 'limit_ms', 'hold_each_ms'], ['hold.count', 'most', 'hold_count'],
  ['ring.answer', 'rings', 'ring_count'], ['ring.answer', 'cycle_ms', 'ring_cycle_ms'], ['chat.first_reply', 'within_ms', 'chat_first_reply_ms'],
  ['online.reply', 'within_ms', 'online_reply_ms'], ['idle', 'limit_ms', 'idle_ms'], ['walk.every', 'every_ms', 'walk_every_ms'], ['walk.every', 'remind_after_ms', 'walk_remind_ms'],
  ['walk.every', 'missed_after_ms', 'walk_missed_ms'], ['answer_rate', '_ppm', 'answer_rate'], ['service_level', '_ppm', 'service_level'], ['abandon', '_ppm', 'abandon'],
  ['longest_wait', '_ms', 'longest_wait_ms'], ['waiting', '', 'waiting'], ['wrapup', '_ms', 'wrapup_ms'],
];

function limitsOf(rule: string, values: JsonObject): JsonObject | undefined {
  const entries = LIMITS.filter(([of, , value]) => of === rule && values[value] !== undefined).flatMap(([, limit, value]): [string, Json][] => {
    const found = values[value] ?? null;
    return isObject(found) ? Object.entries(found).map(([level, n]) => [level + limit, n]) : [[limit, found]];
  });
  return entries.length ? Object.fromEntries(entries) : undefined;
}

export function asPolicy(doc: JsonObject): PolicyView {
  const values: JsonObject = { ...doc, ...(isObject(doc['values']) ? doc['values'] : {}) };
  const used = new Set(LIMITS.map(([, , value]) => value));
  const rules = Object.entries(members<PolicyRule>(doc, 'rules') ?? {}).map(([id, rule]) => {
    const limits = rule.limits ?? limitsOf(id, values);
    return [id, limits === undefined ? rule : { ...rule, limits }] as const;
  });
  return present<PolicyView>({
    name: text(doc['name']), version: text(doc['version']), approved: text(doc['approved']),
    attendance_goal: number(doc['attendance_goal']), adherence_goal: number(doc['adherence_goal']),
    rules: Object.fromEntries(rules),
    ladder: doc['ladder'] === undefined ? undefined : texts(doc['ladder']),
    rest: Object.fromEntries(Object.entries(values).filter(([key]) => !POLICY_KNOWN.includes(key) && !used.has(key))),
  });
}

export function asAttendance(value: Json | undefined): Attendance | undefined {
  return isObject(value) ? (value as unknown as Attendance) : undefined;
}

export function asSession(value: unknown): Session {
  const doc = isObject(value) ? value : {};
  return present<Session>({
    person: text(doc['person']), name: text(doc['name']), role: text(doc['role']), teams: texts(doc['teams']), open: doc['open'] === true,
    accounts: doc['accounts'] === true || undefined, mustChange: doc['must_change'] === true || undefined,
    people: objects(doc['people']).flatMap((p) => {
      const id = text(p['id']);
      return id === undefined ? [] : [present<Person>({ id, name: text(p['name']), role: text(p['role']) })];
    }),
  });
}

export function asProblem(status: number, value: unknown): Problem {
  const doc = isObject(value) ? value : {};
  const record = doc['record'];
  return {
    status, title: text(doc['title']) ?? '', detail: text(doc['detail']) ?? '',
    faults: objects(doc['faults']).map((f) => present<Fault>({
      line: number(f['line']), column: number(f['column']) ?? text(f['column']), text: text(f['text']) ?? '',
    })),
    ...(isObject(record) ? { record } : {}),
  };
}

export function asGrantAnswer(value: unknown): GrantAnswer {
  const doc = isObject(value) ? value : {};
  const of = (key: 'before' | 'after'): JsonObject => {
    const effect = doc[key];
    return isObject(effect) ? effect : {};
  };
  return present<GrantAnswer>({
    id: asId(doc), rate_before: number(of('before')['rate']), rate_after: number(of('after')['rate']),
    slots_left: number(of('after')['slots_left']), month_days: number(doc['month_days']), blackout: text(doc['blackout']),
  });
}

export function asRosterAnswer(value: unknown): RosterAnswer {
  const doc = isObject(value) ? value : {};
  return { shifts: number(doc['shifts']) ?? 0, dates: texts(doc['dates']), remarks: list(doc['remarks']).map((r) => (typeof r === 'string' ? r : isObject(r) ? (text(r['text']) ?? JSON.stringify(r)) : JSON.stringify(r))) };
}

function span(o: JsonObject): Partial<Activity> {
  return present<Partial<Activity>>({ kind: text(o['kind']), start: time(o['start']), end: time(o['end']) });
}

export function asRosterDay(value: unknown): RosterDay {
  const doc = isObject(value) ? value : {};
  const shifts = objects(doc['shifts']).flatMap((s): RosterShift[] => {
    const agent = text(s['agent']);
    const start = time(s['start']);
    const end = time(s['end']);
    if (agent === undefined || start === undefined || end === undefined) return [];
    const activities = objects(s['activities']).map(span).filter((a): a is Activity => a.kind !== undefined && a.start !== undefined && a.end !== undefined);
    return [present<RosterShift>({
      agent, start, end, activities, name: text(s['name']), team: text(s['team']), seat: text(s['seat']),
      leave: list(s['leave']).map((l) => (typeof l === 'string' ? { kind: l } : isObject(l) ? span(l) : {})),
    })];
  });
  return { date: text(doc['date']) ?? '', shifts };
}

/** A sign-in chart that is on record, or (made 0) still to come. */
export interface ChartLine {
  readonly number: number;
  readonly at: number;
  readonly made: number;
  readonly late: boolean;
}

export interface ChartDay {
  readonly charts: readonly ChartLine[];
  readonly planned: readonly ChartLine[];
}

export function asChartDay(value: unknown): ChartDay {
  const doc = isObject(value) ? value : {};
  const lines = (of: Json | undefined): readonly ChartLine[] => objects(of).flatMap((one): ChartLine[] => {
    const number = one['number'];
    const at = time(one['at']);
    if (typeof number !== 'number' || at === undefined) return [];
    return [{ number, at, made: time(one['made']) ?? 0, late: one['late'] === true }];
  });
  return { charts: lines(doc['charts']), planned: lines(doc['planned']) };
}

/** What a load needs, and what to expect of so many agents. */
export interface StaffingPlan {
  readonly erlangs?: number;
  readonly required?: number;
  readonly toSchedule?: number;
  readonly byErlang?: number;
  readonly byTable: boolean;
  readonly tableTooSmall: boolean;
  readonly levels: readonly { readonly agents: number; readonly serviceLevel: number; readonly occupancy: number; readonly asa?: number; readonly abandon?: number }[];
  readonly people?: { readonly frontLine: number; readonly backOffice: number; readonly quality: number; readonly spare: number; readonly total: number };
  readonly peopleOff: boolean;
}

export function asStaffingPlan(value: unknown): StaffingPlan {
  const doc = isObject(value) ? value : {};
  const need = isObject(doc['need']) ? doc['need'] : {};
  const people = isObject(doc['people']) ? doc['people'] : {};
  const whole = (name: string): number => number(people[name]) ?? 0;
  const erlangs = number(need['erlangs']);
  const required = number(need['required']);
  const toSchedule = number(need['to_schedule']);
  const byErlang = number(need['by_erlang']);
  return {
    byTable: need['by_table'] === true, tableTooSmall: need['table_too_small'] === true, peopleOff: people['why'] === 'off',
    ...(erlangs === undefined ? {} : { erlangs }), ...(required === undefined ? {} : { required }), ...(toSchedule === undefined ? {} : { toSchedule }), ...(byErlang === undefined ? {} : { byErlang }),
    levels: objects(need['levels']).map((l) => {
      const asa = number(l['asa_ms']);
      const abandon = number(l['abandon_rate']);
      return { agents: number(l['agents']) ?? 0, serviceLevel: number(l['service_level']) ?? 0, occupancy: number(l['occupancy']) ?? 0, ...(asa === undefined ? {} : { asa }), ...(abandon === undefined ? {} : { abandon }) };
    }),
    ...(people['total'] === undefined ? {} : { people: { frontLine: whole('front_line'), backOffice: whole('back_office'), quality: whole('quality'), spare: whole('spare'), total: whole('total') } }),
  };
}

export interface ReportTable {
  readonly key: string;
  readonly name: string;
  readonly heads: readonly string[];
  readonly upright: boolean;
  readonly columns: readonly { readonly key: string; readonly header: string; readonly kind: string }[];
  readonly rows: readonly (readonly string[])[];
  /** "row column" of what is below its goal. */
  readonly below: ReadonlySet<string>;
}

function strings(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}

/** A daily or monthly report as tables of texts. */
export function asReport(value: unknown): readonly ReportTable[] {
  return objects(isObject(value) ? value['tables'] : undefined).map((one): ReportTable => ({
    key: text(one['key']) ?? '', name: text(one['name']) ?? '', heads: strings(one['heads']), upright: one['upright'] === true,
    columns: objects(one['columns']).map((c) => ({ key: text(c['key']) ?? '', header: text(c['header']) ?? '', kind: text(c['kind']) ?? 'text' })),
    rows: Array.isArray(one['rows']) ? one['rows'].map((row) => strings(row as Json)) : [],
    below: new Set(Array.isArray(one['below']) ? one['below'].map((at) => (Array.isArray(at) ? `${at[0]} ${at[1]}` : '')) : []),
  }));
}

export interface ReportList {
  readonly first?: string;
  readonly months: readonly string[];
  readonly ranking: boolean;
  readonly reportDay: number;
}

export function asReportList(value: unknown): ReportList {
  const doc = isObject(value) ? value : {};
  const first = text(doc['first']);
  return { months: strings(doc['months']), ranking: doc['ranking'] === true, reportDay: number(doc['report_day']) ?? 21, ...(first === undefined ? {} : { first }) };
}

export interface DeadLetter {
  readonly id: string;
  readonly title: string;
  readonly reason: string;
  readonly at: number;
}

/** A chat group and how it is. */
export interface ChatGroup {
  readonly id: string;
  readonly service: string;
  readonly host: string;
  readonly queued: number;
  readonly lastSent?: number;
  readonly failingSince?: number;
  readonly reason?: string;
  readonly dead: readonly DeadLetter[];
}

export function asChatGroups(value: unknown, english: boolean): readonly ChatGroup[] {
  return objects(isObject(value) ? value['destinations'] : undefined).flatMap((one): ChatGroup[] => {
    const id = text(one['id']);
    if (id === undefined) return [];
    const dead = objects(one['dead']).flatMap((d): DeadLetter[] => {
      const letter = text(d['id']);
      const title = text(d[english ? 'title_en' : 'title']);
      return letter === undefined ? [] : [{ id: letter, title: title ?? letter, reason: text(d['reason']) ?? '', at: time(d['at']) ?? 0 }];
    });
    const lastSent = time(one['last_sent']);
    const failingSince = time(one['failing_since']);
    const reason = text(one['reason']);
    return [{
      id, service: text(one['service']) ?? '', host: text(one['host']) ?? '', queued: number(one['queued']) ?? 0, dead,
      ...(lastSent === undefined ? {} : { lastSent }), ...(failingSince === undefined ? {} : { failingSince }), ...(reason === undefined ? {} : { reason }),
    }];
  });
}

export function asDuty(value: unknown): readonly DutyShift[] {
  return objects(isObject(value) ? value['duty'] : undefined).flatMap((d): DutyShift[] => {
    const person = text(d['person']);
    const from = time(d['from']);
    const to = time(d['to']);
    if (person === undefined || from === undefined || to === undefined) return [];
    return [present<DutyShift>({ person, from, to, date: text(d['date']), role: text(d['role']), name: text(d['name']) })];
  });
}

// Of a record's body: said by the record itself, or too long to read.
const BODY_HIDDEN: readonly string[] = ['id', 'by', 'at', 'role', 'agent', 'csv', 'items', 'over'];
// What a member is called in a record depends on what the record is of: the kind of a grant, the times of a breach.
const BODY_NAMES: { readonly [name: string]: string } = { kind: 'grant_kind', value: 'value_ms', limit: 'limit_ms', opened: 'since', closed: 'until' };

function fieldsOf(kind: string, record: JsonObject): JsonObject {
  const body = isObject(record['body']) ? record['body'] : {};
  const own = kind.startsWith('alert') ? ['value', 'limit', 'kind', 'subject'] : [];
  const entries = Object.entries(body).filter(([key]) => (!BODY_HIDDEN.includes(key) || (key === 'role' && kind.startsWith('account'))) && !own.includes(key)).map(([key, value]) => [BODY_NAMES[key] ?? key, value] as const);
  const agent = text(record['agent']);
  const about = own.length > 0 && agent === undefined ? [text(body['kind']), text(body['subject'])].filter((part) => part !== undefined).join(':') : '';
  return { ...(agent === undefined ? {} : { agent }), ...(about ? { subject: about } : {}), ...Object.fromEntries(entries) };
}

export function asRecords(value: unknown): readonly LedgerRecord[] {
  return objects(isObject(value) ? value['records'] : undefined).map((r) => {
    const kind = text(r['kind']) ?? '';
    const id = number(r['record']);
    return present<LedgerRecord>({ id: id === undefined ? undefined : String(id), kind, key: text(r['key']), at: time(r['at']), by: text(r['by']), fields: fieldsOf(kind, r) });
  });
}

/** The id under which a write was recorded, from its answer. */
export function asId(value: unknown): string | undefined {
  return isObject(value) ? (text(value['id']) ?? text(value['key'])) : undefined;
}

/** Who recorded what, from a conflict's `record`. */
export function asFirst(record: JsonObject | undefined): { readonly by?: string; readonly at?: number } {
  if (!record) return {};
  const body = isObject(record['body']) ? record['body'] : record;
  return present<{ by?: string; at?: number }>({ by: text(record['by']) ?? text(body['by']), at: time(record['at']) ?? time(body['at']) });
}
