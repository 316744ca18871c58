// A roster from a file, dropped, chosen or pasted: first a dry run that says what would be, or where every fault is.
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { c } from '../../i18n/console';
import { closeForm } from '../../store/console_dialog';
import { rosterChanged } from '../../store/console_filters';
import { say } from '../../store/console_write';
import { asRosterAnswer, type Fault, type Problem, type RosterAnswer } from '../../wire/console';
import { checkRoster, faultPlace, uploadRoster } from './acts';
import { Buttons, Field, Modal, Problems } from './dialogs';
import { Action, Send } from './parts';
import { Sign } from './icons';
import { LevelIcon } from '../icons';

const FILE_MAX = 8 * 1024 * 1024;
const FAULTS_SHOWN = 200;

type Result = { readonly kind: 'good'; readonly answer: RosterAnswer } | { readonly kind: 'bad'; readonly problem: Problem };

/** UTF-8, or what Chinese spreadsheets write instead. */
export function decodeText(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('gb18030').decode(bytes);
  }
}

function Faults({ faults, lines }: { readonly faults: readonly Fault[]; readonly lines: readonly string[] }): JSX.Element {
  return (
    <div class="faults" role="alert">
      <p class="level level-critical"><LevelIcon level="critical" />{c('roster.faults', { n: faults.length })}</p>
      <ol class="scroll" tabIndex={0} aria-label={c('roster.faults', { n: faults.length })}>
        {faults.slice(0, FAULTS_SHOWN).map((fault, i) => (
          <li key={i} data-fault={fault.line}>
            <b>{faultPlace(fault)}</b> <span>{fault.text}</span>
            {fault.line !== undefined && lines[fault.line - 1] !== undefined && <code>{lines[fault.line - 1]}</code>}
          </li>
        ))}
      </ol>
    </div>
  );
}

export function UploadForm(): JSX.Element {
  const text = useSignal('');
  const file = useSignal<string | undefined>(undefined);
  const over = useSignal(false);
  const checking = useSignal(false);
  const result = useSignal<Result | undefined>(undefined);
  const problem = useSignal<Problem | undefined>(undefined);
  const picker = useRef<HTMLInputElement>(null);
  const check = async (): Promise<void> => {
    if (!text.value.trim() || checking.value) return;
    const sent = text.value;
    checking.value = true;
    problem.value = undefined;
    const answer = await checkRoster(sent);
    checking.value = false;
    if (text.value !== sent) return;
    if (answer.ok) result.value = { kind: 'good', answer: asRosterAnswer(answer.doc) };
    else if (answer.problem.faults.length) result.value = { kind: 'bad', problem: answer.problem };
    else problem.value = answer.problem;
  };
  const set = (next: string, name?: string): void => {
    text.value = next;
    file.value = name;
    result.value = undefined;
    problem.value = undefined;
  };
  const take = async (chosen: File | undefined): Promise<void> => {
    if (!chosen) return;
    if (chosen.size > FILE_MAX) {
      problem.value = { status: 422, title: '', detail: c('roster.tooLarge', { n: Math.ceil(chosen.size / 1024 / 1024) }), faults: [] };
      return;
    }
    set(decodeText(await chosen.arrayBuffer()), chosen.name);
    await check();
  };
  const upload = async (): Promise<void> => {
    const answer = await uploadRoster(text.value);
    if (!answer.ok) {
      if (answer.problem.faults.length) result.value = { kind: 'bad', problem: answer.problem };
      else problem.value = answer.problem;
      return;
    }
    const done = asRosterAnswer(answer.doc);
    closeForm();
    rosterChanged.value++;
    say(c('roster.sent', { n: done.shifts, dates: done.dates.join(', ') }));
  };
  const lines = text.value.split(/\r\n|\n|\r/);
  const shown = result.value;
  return (
    <Modal title={c('roster.upload')} name="upload" wide close={closeForm}>
      <form onSubmit={(event) => { event.preventDefault(); void (shown?.kind === 'good' ? upload() : check()); }}>
        <div class={`drop${over.value ? ' over' : ''}`} data-drop
          onDragOver={(event) => { event.preventDefault(); over.value = true; }} onDragLeave={() => { over.value = false; }}
          onDrop={(event) => { event.preventDefault(); over.value = false; void take(event.dataTransfer?.files[0]); }}>
          <Sign name="upload" /><span>{file.value === undefined ? c('roster.drop') : c('roster.file', { name: file.value, n: lines.filter((l) => l.trim()).length })}</span>
          <Action text={c('roster.choose')} onClick={() => picker.current?.click()} />
          <input ref={picker} class="unseen" type="file" accept=".csv,text/csv,text/plain" tabIndex={-1} aria-label={c('roster.choose')} onChange={(event) => { void take(event.currentTarget.files?.[0]); event.currentTarget.value = ''; }} />
        </div>
        <Field label={c('roster.paste')} id="roster-text" hint={c('roster.columns')}>
          <textarea id="roster-text" class="field mono" rows={7} spellcheck={false} aria-label={c('roster.text')} value={text.value} onInput={(event) => set(event.currentTarget.value)} />
        </Field>
        <Problems problem={problem.value} />
        {shown?.kind === 'bad' && <Faults faults={shown.problem.faults} lines={lines} />}
        {shown?.kind === 'good' && (
          <div class="checked" role="status" data-checked>
            <p class="level level-ok"><LevelIcon level="ok" />{c('roster.checked', { n: shown.answer.shifts, dates: shown.answer.dates.join(', ') })}</p>
            <p class="muted">{c('roster.replaces')}</p>
            {shown.answer.remarks.length > 0 && <><h3>{c('roster.remarks')}</h3><ul class="remarks">{shown.answer.remarks.map((r) => <li key={r}>{r}</li>)}</ul></>}
          </div>
        )}
        <Buttons>
          <span class="form-missing muted" aria-live="polite">{!text.value.trim() ? c('roster.empty') : checking.value ? c('roster.checking') : ''}</span>
          <Action text={c('ui.cancel')} onClick={closeForm} />
          {shown?.kind === 'good' ? <Send of="roster" text={c('roster.send', { n: shown.answer.shifts })} icon="upload" kind="main" submit />
            : <Action text={c('roster.check')} icon="check" kind="main" submit off={!text.value.trim() || checking.value} />}
        </Buttons>
      </form>
    </Modal>
  );
}
