// What is published and kept: sign-in charts, reports, chat groups. In Chinese.
export const papersZh = {
  'charts.title': '第 {n} 张 · {time}',
  'charts.late': '补绘于 {time}',
  'charts.preview': '{title}，预览',
  'charts.moment': '任意时刻（不存档）',
  'charts.momentAt': '时刻（留空为此刻）',
  'charts.next': '距第 {n} 张',
  'charts.none': '这一天还没有签入图表',
} as const;
