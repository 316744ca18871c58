// What is published and kept: sign-in charts, reports, chat groups. In Chinese.
export const papersZh = {
  'charts.title': '第 {n} 张 · {time}',
  'charts.late': '补绘于 {time}',
  'charts.preview': '{title}，预览',
  'charts.now': '此刻的图表（不留存）',
  'charts.next': '距第 {n} 张',
  'charts.none': '这一天还没有签入图表',
} as const;
