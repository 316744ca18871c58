// The frame of every form: a dialog that holds the focus, closes with Escape, and keeps what went wrong in sight.
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { ComponentChildren, JSX } from 'preact';
import type { Problem } from '../../wire/console';
import { isNothing } from '../../store/console_write';
import { t } from '../../i18n';
import { Icon, LevelIcon } from '../icons';
import { problemText } from './acts';

/** What went wrong, until the next attempt. */
export function Problems({ problem }: { readonly problem: Problem | undefined }): JSX.Element | null {
  if (!problem || isNothing(problem)) return null;
  return <p class={`problem is-${problem.status === 409 ? 'warning' : 'critical'}`} role="alert" data-status={problem.status}><LevelIcon level={problem.status === 409 ? 'warning' : 'critical'} /><span>{problemText(problem)}</span></p>;
}

export function Field({ label, id, hint, children }: { readonly label: string; readonly id?: string; readonly hint?: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <div class="form-field">
      {id === undefined ? <span class="form-label">{label}</span> : <label class="form-label" for={id}>{label}</label>}
      {children}
      {hint !== undefined && <span class="muted form-hint">{hint}</span>}
    </div>
  );
}

/** A modal form. CLOSE is told when it is gone, by whatever way. */
export function Modal({ title, wide = false, close, children, name }: {
  readonly title: string; readonly wide?: boolean; readonly close: () => void; readonly children: ComponentChildren; readonly name: string;
}): JSX.Element {
  const ref = useRef<HTMLDialogElement>(null);
  const gone = useRef(false);
  // Before it is painted: a key pressed at once goes where it should.
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    const from = document.activeElement;
    if (!element.open) element.showModal();
    // The browser's own choice is the close button: what one came for is better.
    const first = element.querySelector<HTMLElement>('[data-first], [data-first-send] button');
    first?.focus();
    return () => {
      // While it is open nothing behind it takes the focus.
      gone.current = true;
      if (element.open) element.close();
      if (from instanceof HTMLElement && from.isConnected) from.focus();
    };
  }, []);
  return (
    <dialog ref={ref} class={`dialog form-dialog${wide ? ' wide' : ''}`} aria-labelledby={`title-${name}`} data-form={name} onClose={() => { if (!gone.current) close(); }}>
      <div class="dialog-inner">
        <button type="button" class="close" aria-label={t('ui.close')} onClick={() => ref.current?.close()}><Icon name="close" /></button>
        <h2 id={`title-${name}`}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}

export function Buttons({ children }: { readonly children: ComponentChildren }): JSX.Element {
  return <div class="form-buttons">{children}</div>;
}

/** Ready-made texts for a field. */
export function Suggestions({ texts, value, pick, label }: { readonly texts: readonly string[]; readonly value: string; readonly pick: (text: string) => void; readonly label: string }): JSX.Element {
  return (
    <div class="filters" role="group" aria-label={label}>
      {texts.map((text) => <button key={text} type="button" class="chip" aria-pressed={text === value} onClick={() => pick(text)}>{text}</button>)}
    </div>
  );
}
