// What a phone's bottom bar has no room for, and the settings of this console.
import type { JSX } from 'preact';
import { c } from '../../i18n/console';
import { openForm } from '../../store/console_dialog';
import { isOpenTo } from '../../store/console_route';
import { oneKey, setOneKey, soundWanted } from '../../store/console_settings';
import { toggleSound, unlocked } from '../../store/console_sound';
import { lang, theme, withQuery, type Lang, type Theme } from '../../store/prefs';
import { site } from '../../store/wall';
import { Sign } from './icons';
import { Badge, EXTRA, NAMES } from './nav';
import { Action } from './parts';
import { Account } from './session';

/** Changes language or theme here and in the address, as the wall does; one stays where one is. */
export function choose(next: { readonly lang?: Lang; readonly theme?: Theme }): void {
  history.replaceState(null, '', withQuery(next) + location.hash);
  if (next.lang) lang.value = next.lang;
  if (next.theme) theme.value = next.theme;
}

export function Appearance(): JSX.Element {
  return (
    <>
      <div class="choice" role="group" aria-label={c('ui.language')}>
        <span>{c('ui.language')}</span>
        <Action text="中文" pressed={lang.value === 'zh-CN'} onClick={() => choose({ lang: 'zh-CN' })} />
        <Action text="English" pressed={lang.value === 'en'} onClick={() => choose({ lang: 'en' })} />
      </div>
      <div class="choice" role="group" aria-label={c('ui.theme')}>
        <span>{c('ui.theme')}</span>
        <Action text={c('ui.dark')} pressed={theme.value === 'dark'} onClick={() => choose({ theme: 'dark' })} />
        <Action text={c('ui.light')} pressed={theme.value === 'light'} onClick={() => choose({ theme: 'light' })} />
      </div>
    </>
  );
}

export function More(): JSX.Element {
  const on = soundWanted.value && unlocked.value;
  return (
    <>
      <nav class="panel more-sections" aria-label={c('more.sections')}>
        {EXTRA.filter(isOpenTo).map((section) => <a key={section} class="more-link" href={`#${section}`}><Sign name={section} /><span>{c(NAMES[section])}</span><Badge section={section} /></a>)}
      </nav>
      <section class="panel" aria-labelledby="more-account"><h2 id="more-account">{c('more.account')}</h2><Account wide /></section>
      <section class="panel stack" aria-labelledby="more-look"><h2 id="more-look">{c('more.appearance')}</h2>
        <Appearance />
        <div class="choice"><span>{c(on ? 'sound.on' : 'sound.off')}</span><Action text={c(on ? 'sound.on' : 'sound.unlock')} icon={on ? 'sound' : 'mute'} pressed={on} onClick={() => void toggleSound()} /></div>
        <div class="choice"><span>{c('more.keys')}</span><Action text={c(oneKey.value ? 'more.keysOn' : 'more.keysOff')} pressed={oneKey.value} onClick={() => setOneKey(!oneKey.value)} /><Action text={c('more.help')} icon="help" onClick={() => openForm({ kind: 'help' })} /></div>
        <div class="choice"><span>{site.value?.name ?? ''}</span><a class="act act-plain" href={withQuery({ every: null }, '/')}><span class="act-text">{c('ui.wall')}</span></a></div>
      </section>
    </>
  );
}
