// What must not be overlooked: the figures are old, or not all there.
import type { JSX } from 'preact';
import { moment } from '../i18n/format';
import { t } from '../i18n';
import { health, loaded, refused, site } from '../store/wall';
import { Icon, LevelIcon } from './icons';

export function Banner(): JSX.Element | null {
  const h = health.value;
  const view = site.value;
  const at = (ms: number | undefined): string => moment(ms, view?.zone ?? 'UTC', view?.day_start);
  if (h.kind === 'live') {
    return refused.value ? <p class="banner is-critical" role="alert"><LevelIcon level="critical" /><strong>{t('banner.refused', { text: refused.value.text || refused.value.code })}</strong></p> : null;
  }
  if (!loaded.value) return null;
  const asOf = 'asOf' in h && h.asOf !== undefined ? <strong>{t('banner.asOf', { time: at(h.asOf) })}</strong> : null;
  const why = h.kind === 'disconnected' ? t('banner.disconnected')
    : h.kind === 'stale' ? t('banner.stale', { time: at(h.since) })
    : h.kind === 'catching-up' ? t('banner.catchingUp', { time: at(h.since) }) + (h.progress === undefined ? '' : t('banner.progress', { percent: Math.floor(h.progress * 100) }))
    : t('banner.incomplete', { time: at(h.since) });
  const level = h.kind === 'disconnected' || h.kind === 'stale' ? 'critical' : 'warning';
  return (
    <p class={`banner is-${level}`} role="alert" data-health={h.kind}>
      {h.kind === 'catching-up' ? <Icon name="catching" /> : h.kind === 'incomplete' ? <LevelIcon level="warning" /> : <Icon name="broken" />}
      {asOf}<span>{asOf ? '— ' : ''}{why}</span>
    </p>
  );
}
