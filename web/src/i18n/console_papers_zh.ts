// What is published and kept: sign-in charts, reports, chat groups. In Chinese.
export const papersZh = {
  'charts.title': '第 {n} 张 · {time}',
  'charts.late': '补绘于 {time}',
  'charts.preview': '{title}，预览',
  'charts.moment': '任意时刻（不存档）',
  'charts.momentAt': '时刻（留空为此刻）',
  'charts.next': '距第 {n} 张',
  'charts.none': '这一天还没有签入图表',

  // reports
  'go.reports': '报表',
  'reports.day': '日报',
  'reports.month': '考勤月报',
  'reports.none': '尚无记录',
  'reports.due': '每月 {n} 日上报上月考勤',
  'reports.ranking': '含坐席排名',
  'reports.empty': '无',

  // chat groups
  'go.chat': '群消息',
  'charts.publish': '再次发布',
  'charts.published': '第 {n} 张图表正在再次发到群里',
  'chat.none': '没有配置群（配置文件中的 notify）',
  'chat.test': '发送测试消息',
  'chat.tested': '测试消息正在发往 {group}',
  'chat.fine': '正常',
  'chat.never': '尚未发送过',
  'chat.last': '最近发送 {time}',
  'chat.failing': '自 {time} 起失败：{reason}',
  'chat.queued': '{n} 条等待发送',
  'chat.dead': '未能发出（{n}）',
  'chat.again': '重发',
  'chat.drop': '丢弃',
  'chat.resent': '正在重发',
  'chat.dropped': '已丢弃',
} as const;
