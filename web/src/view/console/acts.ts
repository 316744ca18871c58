// What a leader records: each act sends one write, says that it is recorded, and offers to take it back where it can be.
import { c, named, ruleName } from '../../i18n/console';
import { clockTime, minuteTime } from '../../i18n/format';
import { call, jsonOf, sitePath, type Answer } from '../../net/console';
import { closeForm } from '../../store/console_dialog';
import { personName } from '../../store/console_session';
import { alerts, breaches, grants, whoOf } from '../../store/console_views';
import { isNothing, say, send, type Undo } from '../../store/console_write';
import { site, siteName } from '../../store/wall';
import { asFirst, asGrantAnswer, asId, type Fault, type GrantAnswer, type GrantKind, type Outcome, type Problem, type Tick } from '../../wire/console';
import type { JsonObject } from '../../wire/json';

const zone = (): string => site.peek()?.zone ?? 'UTC';
const path = (rest: string, query?: { readonly [key: string]: string }): string => sitePath(siteName.peek() ?? 'main', rest, query);
const part = encodeURIComponent;

/** A problem in words: the server's own where it has any. */
export function problemText(problem: Problem): string {
  const first = asFirst(problem.record);
  // Who and when, in the language of the screen, where the server says so.
  if (problem.status === 409 && first.by !== undefined && first.at !== undefined) return c('fail.first', { name: personName(first.by), time: clockTime(first.at, zone()) });
  if (problem.detail) return problem.detail;
  switch (problem.status) {
    case 0: return c(problem.title === 'read' ? 'fail.read' : problem.title === 'timeout' ? 'fail.timeout' : 'fail.network');
    case 401: return c('fail.401');
    case 403: return c('fail.403');
    case 404: return c('fail.404');
    case 409: return c('fail.409');
    case 422: return c('fail.422');
    case 503: return c('fail.503');
    default: return problem.title || c('fail.other', { status: problem.status });
  }
}

/** Tells a failure that has no form to stand in. It stays until it is read. */
function fail(what: string, problem: Problem): void {
  if (isNothing(problem)) return;
  say(`${what} — ${problemText(problem)}`, { level: problem.status === 409 ? 'warning' : 'critical', stays: true });
}

export function nameOf(agent: string | undefined): string {
  if (agent === undefined) return '';
  const who = whoOf(agent);
  return who.name ?? who.seat ?? agent;
}

function post(key: string, rest: string, json: JsonObject = {}): Promise<Answer> {
  return send(key, { method: 'POST', path: path(rest), json });
}

function remove(key: string, rest: string): Promise<Answer> {
  return send(key, { method: 'DELETE', path: path(rest), json: { reason: c('ui.undo') } });
}

export async function acknowledge(id: string): Promise<void> {
  const alert = alerts.peek()?.[id];
  const what = `${c('alerts.ack')} ${ruleName(alert?.rule)} ${nameOf(alert?.agent)}`.trim();
  const answer = await post(`ack/${id}`, `alerts/${part(id)}/ack`);
  if (answer.ok) say(`${c('alerts.ackDone')} · ${ruleName(alert?.rule)} ${nameOf(alert?.agent)}`.trim());
  else fail(what, answer.problem);
}

export async function undoDecision(id: string): Promise<boolean> {
  const name = nameOf(breaches.peek()?.[id]?.agent);
  const answer = await remove(`undecide/${id}`, `breaches/${part(id)}/decision`);
  if (answer.ok) say(c('decide.undone', { name }));
  else fail(`${c('decide.undo')} ${name}`, answer.problem);
  return answer.ok;
}

/** Decides on a breach; the problem, if any, is for the form. */
export async function decide(id: string, outcome: Outcome, step: string | undefined, reason: string | undefined): Promise<Problem | undefined> {
  const name = nameOf(breaches.peek()?.[id]?.agent);
  const answer = await post(`decide/${id}`, `breaches/${part(id)}/decision`, jsonOf({ outcome, step, reason }));
  if (!answer.ok) return answer.problem;
  closeForm();
  const words = outcome === 'confirm' ? [c('day.confirmed'), ...(step ? [named('step', step)] : [])].join(' ') : c('day.excused');
  say(c('decide.done', { name, outcome: words }), { undo: { run: () => undoDecision(id) } });
  return undefined;
}

export async function dispute(id: string, text: string): Promise<Problem | undefined> {
  const answer = await post(`dispute/${id}`, `breaches/${part(id)}/dispute`, { text });
  if (!answer.ok) return answer.problem;
  closeForm();
  say(c('dispute.done'));
  return undefined;
}

export interface GrantDraft {
  readonly agent: string;
  readonly kind: GrantKind;
  readonly from: number;
  readonly to: number;
  readonly reason: string;
}

/** What a grant would do, without recording it. */
export async function checkGrant(draft: GrantDraft): Promise<GrantAnswer | Problem> {
  const answer = await call({ method: 'POST', path: path('grants', { check: '1' }), json: { ...draft } });
  return answer.ok ? asGrantAnswer(answer.doc) : answer.problem;
}

export async function undoGrant(id: string, of?: GrantDraft): Promise<boolean> {
  const grant = of ?? grants.peek()?.[id];
  const what = c('grant.undone', { name: nameOf(grant?.agent), kind: named('grant.kind', grant?.kind) });
  const answer = await remove(`ungrant/${id}`, `grants/${part(id)}`);
  if (answer.ok) say(what);
  else fail(`${c('ui.undo')} ${nameOf(grant?.agent)}`, answer.problem);
  return answer.ok;
}

export async function grant(draft: GrantDraft): Promise<Problem | undefined> {
  const answer = await post('grant', 'grants', { ...draft });
  if (!answer.ok) return answer.problem;
  closeForm();
  const id = asId(answer.doc);
  const range = c('ui.range', { from: minuteTime(draft.from, zone()), to: minuteTime(draft.to, zone()) });
  const undo: { undo?: Undo } = id === undefined ? {} : { undo: { run: () => undoGrant(id, draft) } };
  say(c('grant.done', { name: nameOf(draft.agent), kind: named('grant.kind', draft.kind), range }), undo);
  return undefined;
}

export async function swap(a: string, b: string, names: { readonly a: string; readonly b: string }, reason: string): Promise<Problem | undefined> {
  const answer = await post('swap', 'swaps', { a, b, reason });
  if (!answer.ok) return answer.problem;
  closeForm();
  say(c('swap.done', names));
  return undefined;
}

export async function recall(agent: string): Promise<void> {
  const answer = await post(`recall/${agent}`, 'recalls', { agent });
  if (answer.ok) say(c('breaks.recalled', { name: nameOf(agent) }));
  else fail(`${c('breaks.recall')} ${nameOf(agent)}`, answer.problem);
}

export async function notice(text: string, until: number | undefined): Promise<Problem | undefined> {
  const answer = await post('notice', 'notices', jsonOf({ text, until }));
  if (!answer.ok) return answer.problem;
  closeForm();
  say(c('notice.done'));
  return undefined;
}

async function undoHandOver(id: string): Promise<boolean> {
  const answer = await remove(`unduty/${id}`, `duty/${part(id)}`);
  if (answer.ok) say(c('duty.undone'));
  else fail(c('walk.handOver'), answer.problem);
  return answer.ok;
}

export async function handOver(person: string, name: string, from: number, to: number): Promise<Problem | undefined> {
  const answer = await post('duty', 'duty', { person, from, to });
  if (!answer.ok) return answer.problem;
  closeForm();
  const id = asId(answer.doc);
  const undo: { undo?: Undo } = id === undefined ? {} : { undo: { run: () => undoHandOver(id) } };
  say(c('duty.done', { name }), undo);
  return undefined;
}

export async function startWalk(id: string): Promise<void> {
  const answer = await post(`walk/${id}`, `walks/${part(id)}`, { action: 'start' });
  if (!answer.ok) fail(c('walk.start'), answer.problem);
}

async function setTick(walk: string, item: string, tick: Tick | undefined): Promise<boolean> {
  const answer = await post(`tick/${walk}/${item}`, `walks/${part(walk)}`, { action: 'tick', item, tick: tick ?? null });
  if (!answer.ok) fail(c('walk.title'), answer.problem);
  return answer.ok;
}

/** Ticks an item of the walk, or takes the tick back; either can be undone. */
export async function tick(walk: string, item: string, next: Tick | undefined, before: Tick | undefined, what: string): Promise<void> {
  if (!(await setTick(walk, item, next))) return;
  const text = next === undefined ? `${c('walk.unticked')} · ${what}` : c('walk.tickedDone', { text: `${what} · ${named('walk.tick', next)}` });
  say(text, { undo: { run: () => setTick(walk, item, before) } });
}

export async function noteItem(walk: string, item: string | undefined, note: string): Promise<Problem | undefined> {
  const answer = await post(`note/${walk}/${item ?? ''}`, `walks/${part(walk)}`, jsonOf({ action: 'note', item, note }));
  if (!answer.ok) return answer.problem;
  closeForm();
  say(c('walk.saved'));
  return undefined;
}

/** Closes the walk; what was noted meanwhile (NOTE, undefined when nothing) is recorded first. */
export async function closeWalk(id: string, note: string | undefined): Promise<Problem | undefined> {
  const noted = note === undefined ? undefined : await post(`walk/${id}`, `walks/${part(id)}`, { action: 'note', note });
  if (noted && !noted.ok) return noted.problem;
  const answer = await post(`walk/${id}`, `walks/${part(id)}`, { action: 'close' });
  if (!answer.ok) return answer.problem;
  closeForm();
  say(c('walk.closed'));
  return undefined;
}

export function checkRoster(csv: string): Promise<Answer> {
  return call({ method: 'POST', path: path('roster', { check: '1' }), csv });
}

export function uploadRoster(csv: string): Promise<Answer> {
  return send('roster', { method: 'POST', path: path('roster'), csv });
}

export function faultPlace(fault: Fault): string {
  const column = typeof fault.column === 'number' ? c('roster.column', { n: fault.column }) : (fault.column ?? '');
  return c('roster.fault', { line: fault.line ?? '?', column }).replace(/[,，]\s*$/, '');
}

/** Where the daemon hands out documents of this site. */
export const apiPath = path;
