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

  // reports
  'go.reports': 'Reports',
  'reports.day': 'Day',
  'reports.month': 'Month',
  'reports.none': 'Nothing is on record yet',
  'reports.due': 'The attendance report of the last month is due on day {n}',
  'reports.ranking': 'With a ranking of agents',
  'reports.empty': 'Nothing',

  // chat groups
  'go.chat': 'Chat',
  'charts.publish': 'Publish again',
  'charts.published': 'Chart {n} goes to the chat groups again',
  'chat.none': 'No chat groups are configured (notify, in the configuration)',
  'chat.test': 'Send a test message',
  'chat.tested': 'A test message goes to {group}',
  'chat.fine': 'Works',
  'chat.never': 'Nothing sent yet',
  'chat.last': 'Last sent {time}',
  'chat.failing': 'Fails since {time}: {reason}',
  'chat.queued': '{n} waiting',
  'chat.dead': 'Not sent ({n})',
  'chat.again': 'Send again',
  'chat.drop': 'Throw away',
  'chat.resent': 'It is sent again',
  'chat.dropped': 'It is thrown away',
};
