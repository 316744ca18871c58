// Boards that are not there.
import type { JSX } from 'preact';
import { t } from '../i18n';
import { withQuery } from '../store/prefs';

export function UnknownBoard({ name, known }: { readonly name: string; readonly known: readonly string[] }): JSX.Element {
  return (
    <main class="page">
      <h1>{t('missing.board', { name })}</h1>
      {known.length > 0 && <p>{t('missing.boardText')}</p>}
      <ul class="links">{known.map((k) => <li key={k}><a class="button" href={withQuery({}, `/wall/${k}`)}>{k}</a></li>)}</ul>
      <p><a href={withQuery({ every: null }, '/')}>{t('missing.home')}</a></p>
    </main>
  );
}

export function BrokenBoard({ name, text }: { readonly name: string; readonly text: string }): JSX.Element {
  return (
    <main class="page">
      <h1>{t('broken.board', { name })}</h1>
      <p><code>{text}</code></p>
      <p><a href={withQuery({ every: null }, '/')}>{t('missing.home')}</a></p>
    </main>
  );
}
