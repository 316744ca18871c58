// A figure one can press to see how it is counted.
import type { ComponentChildren, JSX } from 'preact';
import { explained, type Explained } from '../store/dialog';
import { LevelIcon } from './icons';
import { t } from '../i18n';
import type { Level } from '../wire/types';

interface FigProps {
  readonly explain: () => Explained;
  readonly class?: string;
  readonly children: ComponentChildren;
  readonly figure?: string;
  /** Font size in px; all inside is in em. */
  readonly em?: number;
}

export function Fig({ explain, class: name, children, figure, em }: FigProps): JSX.Element {
  return (
    <button type="button" class={name ? `fig ${name}` : 'fig'} aria-haspopup="dialog" data-figure={figure} style={em === undefined ? {} : { fontSize: `${em}px` }}
      onClick={() => { explained.value = explain(); }}>
      {children}
    </button>
  );
}

/** The level as shape and, in WORDS or for those who listen, as text. */
export function LevelMark({ level, words = false }: { readonly level: Level; readonly words?: boolean }): JSX.Element {
  return (
    <span class={`level level-${level}`}>
      <LevelIcon level={level} />
      <span class={words ? 'level-text' : 'unseen'}>{t(`level.${level}`)}</span>
    </span>
  );
}

/** In a table only what is not right is marked. */
export function Alert({ level }: { readonly level: Level | undefined }): JSX.Element | null {
  return level === 'warning' || level === 'critical' ? <LevelMark level={level} /> : null;
}
