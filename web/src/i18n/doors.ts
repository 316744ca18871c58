// The texts of the pages at the door: pairing, and the ways in. A screen in a hall has nobody who chooses a language, so
// that they stand there in both.
import type { Lang } from '../store/prefs';
import { fill, type Params } from './index';

const zh = {
  'pair.title': '配对此屏幕',
  'pair.how': '在控制台「屏幕」里点「配对新屏幕」，输入此码',
  'pair.where': '控制台地址',
  'pair.left': '{n} 后自动换新码',
  'pair.asking': '正在取配对码…',
  'pair.offline': '连不上服务器，正在重试',
  'pair.offlineCode': '连不上服务器，此码暂时不能使用，正在重试',
  'pair.busy': '等待配对的屏幕太多，稍后自动重试',
  'pair.closed': '服务器现在不能配对，正在重试',
  'pair.done': '配对成功',
  'pair.goes': '「{name}」，马上显示看板 {board}',
  'pair.code': '配对码',
  'door.revoked': '此屏幕已不再配对',
  'door.revokedHow': '{n} 秒后转到配对页面',
  'door.shut': '此屏幕还不能显示看板',
  'door.shutHow': '现场的数据只给登录的人和配对的屏幕看。',
  'door.pair': '配对此屏幕',
  'door.pairHow': '挂在墙上的大屏：显示一个码，由班长在控制台确认',
  'door.signIn': '登录控制台',
  'door.signInHow': '有账号的人：用账号和密码登录',
} as const;

export type DoorKey = keyof typeof zh;

const en: Readonly<Record<DoorKey, string>> = {
  'pair.title': 'Pair this screen',
  'pair.how': 'In the console, under Screens, choose "Pair a screen" and enter this code',
  'pair.where': 'The console is at',
  'pair.left': 'A new code in {n}',
  'pair.asking': 'Asking for a code…',
  'pair.offline': 'The server cannot be reached; trying again',
  'pair.offlineCode': 'The server cannot be reached: the code is of no use for now; trying again',
  'pair.busy': 'Too many screens wait to be paired; trying again in a while',
  'pair.closed': 'The server cannot pair screens now; trying again',
  'pair.done': 'Paired',
  'pair.goes': '{name}: the board {board} is coming',
  'pair.code': 'Code',
  'door.revoked': 'This screen is no longer paired',
  'door.revokedHow': 'The pairing page follows in {n} s',
  'door.shut': 'This screen may not show boards yet',
  'door.shutHow': 'The figures of the floor are for people who are signed in and for paired screens.',
  'door.pair': 'Pair this screen',
  'door.pairHow': 'A screen on the wall: it shows a code that a leader confirms at the console',
  'door.signIn': 'Sign in to the console',
  'door.signInHow': 'People who have an account, with their password',
};

export const doorTables: { readonly [L in Lang]: Readonly<Record<DoorKey, string>> } = { 'zh-CN': zh, en };

export function doorText(lang: Lang, key: DoorKey, params?: Params): string {
  return fill(doorTables[lang][key], params);
}
