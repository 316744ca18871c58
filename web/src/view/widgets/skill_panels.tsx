// One panel a queue: who waits, how it is answered, who serves it.
import type { JSX } from 'preact';
import { t } from '../../i18n';
import { queues } from '../../store/wall';
import type { QueueColumn, WidgetOf } from '../../wire/board';
import type { WindowName } from '../../wire/types';
import { phone, rem } from '../box';
import { LevelMark } from '../fig';
import { Empty, Frame } from '../frame';
import { chosenQueues } from '../source';
import { StateBar } from './agent_states';
import { Figure, type QueueRow } from './queue_table';
import { tiling } from './totals';

const LARGE: readonly QueueColumn[] = ['waiting', 'longest_wait'];
const MIDDLE: readonly QueueColumn[] = ['service_level', 'answer_rate', 'asa'];
const SMALL: readonly QueueColumn[] = ['offered', 'answered', 'abandoned', 'staffed', 'ready', 'handling'];

function Panel({ row, window, em }: { readonly row: QueueRow; readonly window: WindowName; readonly em: number }): JSX.Element {
  const { queue } = row;
  const level = window === 'today' ? queue.level : undefined;
  const figures = (columns: readonly QueueColumn[], name: string): JSX.Element => (
    <div class={`panel-figures ${name}`}>{columns.map((c) => <Figure key={c} column={c} row={row} window={window} withLabel />)}</div>
  );
  return (
    <article class={`panel${level ? ` is-${level}` : ''}`} style={{ fontSize: `${em}px` }} data-queue={row.member.id}>
      <header><h3 class="ellipsis">{queue.name ?? row.member.id}</h3>{level && <LevelMark level={level} words />}</header>
      {figures(LARGE, 'large')}
      {figures(MIDDLE, 'middle')}
      {figures(SMALL, 'small')}
      <StateBar states={queue.now.agents} />
    </article>
  );
}

export function SkillPanels({ widget }: { readonly widget: WidgetOf<'skill_panels'> }): JSX.Element {
  const window = widget.window ?? 'today';
  const rows = chosenQueues(widget.queues);
  return (
    <Frame widget={widget} ready={queues.value !== undefined} note={t(`window.${window}`)}>
      {(box) => {
        if (!rows.length) return <Empty text={t('queue.none')} />;
        const { columns, em } = phone.value ? { columns: 1, em: rem.value } : tiling(box, rows.length, 19, 14.9, rem.value * 2);
        return (
          <div class="panels" style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
            {rows.map(([id, queue]) => <Panel key={id} row={{ member: { kind: 'queue', id }, queue }} window={window} em={em} />)}
          </div>
        );
      }}
    </Frame>
  );
}
