// Finds what a widget speaks of: a queue, or the site.
import { t } from '../i18n';
import type { Explained } from '../store/dialog';
import { figuresAt, queues, site } from '../store/wall';
import type { FigureId } from '../i18n';
import type { QueueView, WindowName } from '../wire/types';
import { read, windowOf, type Source } from './figures';

export type Member = { readonly kind: 'site' } | { readonly kind: 'queue' | 'group'; readonly id: string };

export const SITE: Member = { kind: 'site' };

export function memberOf(queue: string | undefined): Member {
  return queue === undefined ? SITE : { kind: 'queue', id: queue };
}

export function sourceOf(member: Member): Source | undefined {
  switch (member.kind) {
    case 'site': return site.value;
    case 'queue': return queues.value?.queues[member.id];
    case 'group': return queues.value?.groups?.[member.id];
  }
}

export function nameOf(member: Member): string {
  if (member.kind === 'site') return site.value?.name ? `${site.value.name} · ${t('ui.site')}` : t('ui.site');
  return sourceOf(member)?.name ?? member.id;
}

/** The dialog for figure ID of MEMBER. */
export function explainOf(member: Member, id: FigureId, window: WindowName): () => Explained {
  return () => ({
    kind: 'figure', id, scope: () => nameOf(member), window: windowOf(id, window),
    read: () => {
      const source = sourceOf(member);
      return source && read(id, source, window, figuresAt.value);
    },
  });
}

/** The queues a widget shows, in its order: those it names, or all. */
export function chosenQueues(ids: readonly string[] | undefined): readonly (readonly [string, QueueView])[] {
  const all = queues.value?.queues ?? {};
  const names = ids ?? Object.keys(all).sort();
  return names.flatMap((id): (readonly [string, QueueView])[] => {
    const queue = all[id];
    return queue ? [[id, queue]] : [];
  });
}

