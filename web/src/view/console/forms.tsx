// The smaller forms: decide, dispute, swap, notice, duty, notes, the end of a walk.
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { c, named, roleName, ruleName, stepName } from '../../i18n/console';
import { clockTime, minuteTime } from '../../i18n/format';
import { call } from '../../net/console';
import { closeForm, form } from '../../store/console_dialog';
import { personName, session } from '../../store/console_session';
import { breaches, COLLATE, matches, nextShift, policy, shifts, walk, whoOf } from '../../store/console_views';
import { clock } from '../../store/time';
import { site } from '../../store/wall';
import { asDuty, type Breach, type DutyShift, type Outcome, type Problem } from '../../wire/console';
import { apiPath, closeWalk, decide, dispute, handOver, nameOf, noteItem, notice, swap, undoDecision } from './acts';
import { BreachFacts } from './alerts';
import { Buttons, Field, Modal, Problems, Suggestions } from './dialogs';
import { GrantForm, Picker } from './form_grant';
import { Help } from './help';
import { Later } from './later';
import { Action, Cite, Nothing, Send, Tag, Who, zoneOf } from './parts';
import { reasonsOf } from './presets';
import { fromField, toDate, toField } from './zone';

const STEPS = ['remind', 'warn', 'report'] as const;

function Decided({ breach, id }: { readonly breach: Breach; readonly id: string }): JSX.Element | null {
  const decision = breach.decision;
  if (!decision) return null;
  const outcome = decision.outcome === 'confirm' ? [c('day.confirmed'), decision.step === undefined ? '' : stepName(decision.step)].join(' ').trim() : c('day.excused');
  return (
    <div class="problem is-warning" role="status" data-decided>
      <span>{c('day.decidedBy', { outcome, name: personName(decision.by), time: decision.at === undefined ? '' : clockTime(decision.at, zoneOf()) })}{decision.reason ? ` · ${c('day.reason', { text: decision.reason })}` : ''}</span>
      <Send of={`undecide/${id}`} text={c('decide.undo')} icon="undo" onClick={() => void undoDecision(id)} />
    </div>
  );
}

function DecideForm({ id }: { readonly id: string }): JSX.Element {
  const breach = breaches.value?.[id];
  const ladder = policy.value?.ladder?.length ? policy.value.ladder : STEPS;
  const step = useSignal<string | undefined>(undefined);
  const reason = useSignal('');
  const problem = useSignal<Problem | undefined>(undefined);
  const needs = useSignal(false);
  const proposed = step.value ?? breach?.step;
  const settle = async (outcome: Outcome): Promise<void> => {
    const why = reason.value.trim();
    needs.value = outcome === 'excuse' && !why;
    if (needs.value) {
      document.getElementById('decide-reason')?.focus();
      return;
    }
    problem.value = await decide(id, outcome, outcome === 'confirm' ? proposed : undefined, why || undefined);
  };
  return (
    <Modal title={c('decide.title')} name="decide" close={closeForm}>
      {!breach ? <Nothing text={c('fail.404')} /> : (
        <form onSubmit={(event) => { event.preventDefault(); void settle('confirm'); }}>
          <p class="decide-who">{breach.agent !== undefined && <Who id={breach.agent} name={breach.name} seat={breach.seat} team={breach.team} />}<strong>{ruleName(breach.rule)}</strong><span class="muted">{clockTime(breach.at, zoneOf())}</span></p>
          <p class="breach-facts"><BreachFacts breach={breach} /><Cite text={breach.cite} /></p>
          {breach.dispute && <p class="hint">{c('day.dispute', { text: breach.dispute.text })}</p>}
          <Field label={c('decide.step')}>
            <div class="filters" role="group" aria-label={c('decide.step')}>
              {ladder.map((one) => <button key={one} type="button" class="chip" aria-pressed={one === proposed} data-step={one} onClick={() => { step.value = one; }}>{stepName(one)}{one === breach.step ? ` · ${c('decide.proposed')}` : ''}</button>)}
            </div>
          </Field>
          <Field label={c('decide.reason')} id="decide-reason">
            <Suggestions texts={reasonsOf('busy')} value={reason.value} pick={(text) => { reason.value = text; needs.value = false; }} label={c('decide.reason')} />
            <input id="decide-reason" class="field" type="text" maxLength={128} value={reason.value} aria-invalid={needs.value || undefined} onInput={(event) => { reason.value = event.currentTarget.value; needs.value = false; }} />
          </Field>
          <Problems problem={problem.value} />
          <Decided breach={breach} id={id} />
          <Buttons>
            <span class="form-missing level-critical" aria-live="polite">{needs.value ? c('decide.noReason') : ''}</span>
            <Action text={c('ui.cancel')} onClick={closeForm} />
            <Send of={`decide/${id}`} text={c('decide.excuse')} act="excuse" off={breach.decision !== undefined} onClick={() => void settle('excuse')} />
            <span data-first-send><Send of={`decide/${id}`} text={proposed === undefined ? c('decide.confirmPlain') : c('decide.confirm', { step: stepName(proposed) })} icon="check" kind="main" act="confirm" submit off={breach.decision !== undefined} /></span>
          </Buttons>
        </form>
      )}
    </Modal>
  );
}

function DisputeForm({ id }: { readonly id: string }): JSX.Element {
  const breach = breaches.value?.[id];
  const text = useSignal('');
  const problem = useSignal<Problem | undefined>(undefined);
  const submit = async (): Promise<void> => { if (text.value.trim()) problem.value = await dispute(id, text.value.trim()); };
  return (
    <Modal title={c('dispute.title')} name="dispute" close={closeForm}>
      <form onSubmit={(event) => { event.preventDefault(); void submit(); }}>
        {breach && <p class="decide-who">{breach.agent !== undefined && <Who id={breach.agent} />}<strong>{ruleName(breach.rule)}</strong><span class="muted">{clockTime(breach.at, zoneOf())}</span></p>}
        <Field label={c('dispute.text')} id="dispute-text" hint={c('dispute.how')}>
          <textarea id="dispute-text" class="field" data-first rows={4} maxLength={1000} required value={text.value} onInput={(event) => { text.value = event.currentTarget.value; }} />
        </Field>
        <Problems problem={problem.value} />
        <Buttons><Action text={c('ui.cancel')} onClick={closeForm} /><DisputeSend id={id} off={!text.value.trim()} /></Buttons>
      </form>
    </Modal>
  );
}

// An agent may dispute though they record nothing else.
function DisputeSend({ id, off }: { readonly id: string; readonly off: boolean }): JSX.Element {
  return <Send of={`dispute/${id}`} text={c('dispute.send')} icon="check" kind="main" submit off={off} anyRole />;
}

function SwapForm({ agent }: { readonly agent: string | undefined }): JSX.Element {
  const first = useSignal(agent === undefined ? undefined : nextShift(agent, clock.now())?.key);
  const second = useSignal<string | undefined>(undefined);
  const words = useSignal('');
  const reason = useSignal(c('reason.lead'));
  const problem = useSignal<Problem | undefined>(undefined);
  const zone = zoneOf();
  const all = shifts.value ?? {};
  const a = first.value === undefined ? undefined : all[first.value];
  const b = second.value === undefined ? undefined : all[second.value];
  const others = Object.entries(all)
    .filter(([key, s]) => a && key !== first.value && s.agent !== a.agent && s.start > clock.now() && (s.start !== a.start || s.end !== a.end) && (!words.value.trim() || matches(whoOf(s.agent, s), words.value.trim())))
    .sort(([, x], [, y]) => x.start - y.start || COLLATE.compare(x.agent, y.agent));
  // With its date where that is not today's.
  const today = toDate(clock.now(), zone);
  const range = (s: { readonly start: number; readonly end: number }): string => {
    const date = toDate(s.start, zone);
    return `${date === today ? '' : `${date.slice(5)} `}${c('ui.range', { from: minuteTime(s.start, zone), to: minuteTime(s.end, zone) })}`;
  };
  const submit = async (): Promise<void> => {
    if (first.value === undefined || second.value === undefined || !a || !b) return;
    problem.value = await swap(first.value, second.value, { a: nameOf(a.agent), b: nameOf(b.agent) }, reason.value.trim());
  };
  return (
    <Modal title={c('swap.title')} name="swap" close={closeForm}>
      <form onSubmit={(event) => { event.preventDefault(); void submit(); }}>
        <Field label={c('swap.first')} {...(a ? {} : { id: 'swap-first' })}>
          {a ? <span class="picked"><Who id={a.agent} name={a.name} seat={a.seat} team={a.team} /><b>{range(a)}</b></span>
            : agent !== undefined ? <p class="muted">{c('swap.begun')}</p> : <Picker id="swap-first" pick={(id) => { first.value = nextShift(id, clock.now())?.key; }} />}
        </Field>
        {a && (
          <Field label={c('swap.second')} id="swap-search">
            <input id="swap-search" class="field" type="search" data-first autoComplete="off" placeholder={c('ui.search')} value={words.value} onInput={(event) => { words.value = event.currentTarget.value; }} />
            {others.length ? (
              <ul class="found scroll">
                {others.slice(0, 200).map(([key, s]) => (
                  <li key={key}><button type="button" class="found-one" aria-pressed={key === second.value} data-swap={key} onClick={() => { second.value = key; problem.value = undefined; }}><Who id={s.agent} name={s.name} seat={s.seat} team={s.team} /><b>{range(s)}</b></button></li>
                ))}
              </ul>
            ) : <Nothing text={c('swap.none')} />}
          </Field>
        )}
        <Field label={c('grant.reason')} id="swap-reason"><input id="swap-reason" class="field" type="text" maxLength={128} required value={reason.value} onInput={(event) => { reason.value = event.currentTarget.value; }} /></Field>
        <Problems problem={problem.value} />
        <Buttons>
          <span class="form-missing muted" aria-live="polite">{b ? `${nameOf(a?.agent)} ⇄ ${nameOf(b.agent)}` : c('swap.choose')}</span>
          <Action text={c('ui.cancel')} onClick={closeForm} /><Send of="swap" text={c('swap.send')} icon="swap" kind="main" submit off={!a || !b || !reason.value.trim()} />
        </Buttons>
      </form>
    </Modal>
  );
}

function NoticeForm(): JSX.Element {
  const text = useSignal('');
  const length = useSignal<number | undefined>(60);
  const problem = useSignal<Problem | undefined>(undefined);
  const submit = async (): Promise<void> => {
    const until = length.value === undefined ? site.peek()?.day_end : Math.ceil((clock.now() + length.value * 60_000) / 60_000) * 60_000;
    if (text.value.trim()) problem.value = await notice(text.value.trim(), until);
  };
  return (
    <Modal title={c('notice.title')} name="notice" close={closeForm}>
      <form onSubmit={(event) => { event.preventDefault(); void submit(); }}>
        <Field label={c('notice.text')} id="notice-text"><textarea id="notice-text" class="field" data-first rows={3} maxLength={500} required value={text.value} onInput={(event) => { text.value = event.currentTarget.value; }} /></Field>
        <Field label={c('notice.until')}>
          <div class="filters" role="group" aria-label={c('notice.until')}>
            {[30, 60, 240].map((n) => <button key={n} type="button" class="chip" aria-pressed={length.value === n} onClick={() => { length.value = n; }}>{c('notice.minutes', { n })}</button>)}
            <button type="button" class="chip" aria-pressed={length.value === undefined} onClick={() => { length.value = undefined; }}>{c('notice.endOfDay')}</button>
          </div>
        </Field>
        <Problems problem={problem.value} />
        <Buttons><Action text={c('ui.cancel')} onClick={closeForm} /><Send of="notice" text={c('notice.send')} icon="notice" kind="main" submit off={!text.value.trim()} /></Buttons>
      </form>
    </Modal>
  );
}

function Rota({ list }: { readonly list: readonly DutyShift[] | Problem | undefined }): JSX.Element {
  const zone = zoneOf();
  if (list === undefined) return <p class="muted">{c('ui.loading')}</p>;
  if ('status' in list) return <Problems problem={list} />;
  const now = clock.now();
  if (!list.length) return <p class="muted">{c('duty.none')}</p>;
  return (
    <ul class="rows dense">
      {[...list].sort((a, b) => a.from - b.from).map((d) => (
        <li key={`${d.person}/${d.from}`} class="row duty-row"><b>{d.name ?? d.person}</b><span class="muted">{roleName(d.role)}</span><span>{toField(d.from, zone).slice(5).replace('T', ' ')}–{minuteTime(d.to, zone)}</span>{d.from <= now && now < d.to ? <Tag text={c('duty.now')} level="ok" /> : <span />}</li>
      ))}
    </ul>
  );
}

function DutyForm(): JSX.Element {
  const zone = zoneOf();
  const people = session.value?.people ?? [];
  const person = useSignal('');
  const from = useSignal(toField(clock.now(), zone));
  const to = useSignal(toField(walk.peek()?.duty?.until ?? clock.now() + 4 * 3_600_000, zone));
  const problem = useSignal<Problem | undefined>(undefined);
  const list = useSignal<readonly DutyShift[] | Problem | undefined>(undefined);
  useEffect(() => {
    void call({ method: 'GET', path: apiPath('duty') }).then((answer) => { list.value = answer.ok ? asDuty(answer.doc) : answer.problem; });
  }, []);
  const [start, end] = [fromField(from.value, zone), fromField(to.value, zone)];
  const good = person.value.trim() !== '' && start !== undefined && end !== undefined && end > start;
  const submit = async (): Promise<void> => {
    if (!good || start === undefined || end === undefined) return;
    const id = person.value.trim();
    problem.value = await handOver(id, people.find((p) => p.id === id)?.name ?? id, start, end);
  };
  return (
    <Modal title={c('walk.handOver')} name="duty" close={closeForm}>
      <form onSubmit={(event) => { event.preventDefault(); void submit(); }}>
        <Field label={c('duty.person')} id="duty-person">
          {people.length ? (
            <select id="duty-person" class="field" data-first required value={person.value} onChange={(event) => { person.value = event.currentTarget.value; }}>
              <option value="">{c('session.choose')}</option>
              {people.map((p) => <option key={p.id} value={p.id}>{p.name ?? p.id}{p.role === undefined ? '' : ` · ${roleName(p.role)}`}</option>)}
            </select>
          ) : <input id="duty-person" class="field" data-first type="text" maxLength={64} required value={person.value} onInput={(event) => { person.value = event.currentTarget.value; }} />}
        </Field>
        <Field label={c('grant.period')}>
          <div class="period">
            <label class="form-label" for="duty-from">{c('duty.from')}</label><input id="duty-from" class="field" type="datetime-local" required value={from.value} onInput={(event) => { from.value = event.currentTarget.value; }} />
            <label class="form-label" for="duty-to">{c('duty.to')}</label><input id="duty-to" class="field" type="datetime-local" required value={to.value} onInput={(event) => { to.value = event.currentTarget.value; }} />
          </div>
        </Field>
        <Field label={c('duty.list')}><Rota list={list.value} /></Field>
        <Problems problem={problem.value} />
        <Buttons><Action text={c('ui.cancel')} onClick={closeForm} /><Send of="duty" text={c('walk.handOver')} icon="person" kind="main" submit off={!good} /></Buttons>
      </form>
    </Modal>
  );
}

function CloseWalkForm({ id }: { readonly id: string }): JSX.Element {
  const current = walk.value?.walk?.id === id ? walk.value.walk : undefined;
  const note = useSignal(current?.notes ?? '');
  const problem = useSignal<Problem | undefined>(undefined);
  const open = Object.values(current?.items ?? {}).filter((item) => !item.tick).length;
  return (
    <Modal title={c('walk.close')} name="close_walk" close={closeForm}>
      <form onSubmit={(event) => { event.preventDefault(); void closeWalk(id, note.value.trim() === (current?.notes ?? '') ? undefined : note.value.trim()).then((p) => { problem.value = p; }); }}>
        <p class={open ? 'level level-warning' : ''}>{open ? c('walk.closeAsk', { n: open }) : c('walk.closeAll')}</p>
        <Field label={c('walk.notes')} id="close-notes"><textarea id="close-notes" class="field" rows={3} maxLength={2000} placeholder={c('walk.notesHow')} value={note.value} onInput={(event) => { note.value = event.currentTarget.value; }} /></Field>
        <Problems problem={problem.value} />
        <Buttons><Action text={c('ui.cancel')} onClick={closeForm} /><span data-first-send><Send of={`walk/${id}`} text={c('walk.close')} icon="check" kind="main" submit /></span></Buttons>
      </form>
    </Modal>
  );
}

function NoteForm({ walkId, item }: { readonly walkId: string; readonly item: string }): JSX.Element {
  const current = walk.value?.walk?.items?.[item];
  const note = useSignal(current?.note ?? '');
  const problem = useSignal<Problem | undefined>(undefined);
  const name = current?.agent === undefined ? named('walk.kind', current?.kind) : nameOf(current.agent);
  return (
    <Modal title={c('walk.noteOf', { name })} name="note" close={closeForm}>
      <form onSubmit={(event) => { event.preventDefault(); void noteItem(walkId, item, note.value.trim()).then((p) => { problem.value = p; }); }}>
        <Field label={c('walk.note')} id="note-text"><textarea id="note-text" class="field" data-first rows={3} maxLength={1000} value={note.value} onInput={(event) => { note.value = event.currentTarget.value; }} /></Field>
        <Problems problem={problem.value} />
        <Buttons><Action text={c('ui.cancel')} onClick={closeForm} /><Send of={`note/${walkId}/${item}`} text={c('walk.noteSave')} icon="check" kind="main" submit /></Buttons>
      </form>
    </Modal>
  );
}

/** The form that is open, if one is. */
export function Forms(): JSX.Element | null {
  const open = form.value;
  if (!open) return null;
  switch (open.kind) {
    case 'grant': return <GrantForm key={JSON.stringify(open)} asked={open} />;
    case 'decide': return <DecideForm key={open.breach} id={open.breach} />;
    case 'dispute': return <DisputeForm key={open.breach} id={open.breach} />;
    case 'swap': return <SwapForm agent={open.agent} />;
    case 'notice': return <NoticeForm />;
    case 'duty': return <DutyForm />;
    case 'close_walk': return <CloseWalkForm id={open.walk} />;
    case 'note': return <NoteForm walkId={open.walk} item={open.item} />;
    case 'upload': return <Later name="upload" quiet />;
    case 'help': return <Help />;
    case 'account': return <Later name="account" quiet />;
    case 'later': {
      const Show = open.show;
      return <Show />;
    }
  }
}
