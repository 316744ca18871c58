// What is published and kept: sign-in charts, reports, chat groups. In English.
import type { papersZh } from './console_papers_zh';

export const papersEn: Readonly<Record<keyof typeof papersZh, string>> = {
  'charts.title': 'Chart {n}, {time}',
  'charts.late': 'Drawn late, {time}',
  'charts.preview': '{title}, preview',
  'charts.moment': 'Any moment (not kept)',
  'charts.momentAt': 'At (empty: now)',
  'charts.next': 'Chart {n} in',
  'charts.none': 'No sign-in chart of this day yet',
};
