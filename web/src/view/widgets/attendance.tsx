// Sign-in against the roster: attendance and adherence with their goals, and who is missing.
import type { JSX } from 'preact';
import { count, percent, percentLimit } from '../../i18n/format';
import { t } from '../../i18n';
import { site, teams } from '../../store/wall';
import type { WidgetOf } from '../../wire/board';
import type { Attendance, Level } from '../../wire/types';
import { phone, rem } from '../box';
import { LevelMark } from '../fig';
import { Empty, Frame } from '../frame';

function Rate({ name, value, goal, level }: { readonly name: string; readonly value: number | undefined; readonly goal: number; readonly level: Level | undefined }): JSX.Element {
  return (
    <div class={`rate is-${level ?? 'none'}`}>
      <span class="label">{name}{level && level !== 'ok' && <LevelMark level={level} words />}</span>
      <span class="value">{percent(value)}</span>
      <span class="goal">{t('att.goal', { n: percentLimit(goal) })}</span>
    </div>
  );
}

function Count({ name, value, bad = false }: { readonly name: string; readonly value: string; readonly bad?: boolean }): JSX.Element {
  return <div class={`cell${bad ? ' is-warning' : ''}`}><span class="label">{name}</span><span class="value">{value}</span></div>;
}

export function AttendanceTile({ widget }: { readonly widget: WidgetOf<'attendance'> }): JSX.Element {
  const a: Attendance | undefined = widget.team === undefined ? site.value?.attendance : teams.value?.attendance?.[widget.team];
  return (
    <Frame widget={widget} {...(widget.team === undefined ? {} : { note: t('alerts.team', { id: widget.team }) })}>
      {(box) => {
        if (!a) return <Empty text={t('att.none')} />;
        const em = phone.value ? rem.value * 1.05 : Math.min(box.w / 17, box.h / 7.6);
        return (
          <div class="attendance" style={{ fontSize: `${em}px` }}>
            <div class="rates">
              <Rate name={t('att.rate')} value={a.attendance_rate} goal={a.attendance_goal} level={a.attendance_level} />
              <Rate name={t('att.adherence')} value={a.adherence} goal={a.adherence_goal} level={a.adherence_level} />
            </div>
            <div class="counts">
              <Count name={t('att.present')} value={`${count(a.present)} / ${count(a.scheduled)}`} />
              <Count name={t('att.late')} value={count(a.late)} bad={a.late > 0} />
              <Count name={t('att.absent')} value={count(a.absent)} bad={a.absent > 0} />
              {a.pending > 0 ? <Count name={t('att.pending')} value={count(a.pending)} /> : <Count name={t('att.slots')} value={count(a.slots_left)} bad={a.slots_left < 0} />}
            </div>
          </div>
        );
      }}
    </Frame>
  );
}
