// Fits any number of agents into a space without scrolling, with the largest type that works.

export interface Cell {
  /** Width and height of a cell, in em. */
  readonly w: number;
  readonly h: number;
}

export interface Space {
  readonly w: number;
  readonly h: number;
  readonly gap: number;
  readonly most: number;
  readonly least: number;
}

export type Layout =
  | { readonly mode: 'blocks'; readonly blocks: number; readonly columns: number; readonly em: number; readonly row: number }
  | { readonly mode: 'flow'; readonly columns: number; readonly em: number; readonly row: number; /** cells a page holds */ readonly capacity: number };

const HEAD_EM = 1.7;
const BLOCK_GAPS = 3;
const STRETCH = 1.3;

// Rows take what height is left, within reason.
function rowHeight(room: number, rows: number, gap: number, least: number): number {
  return Math.max(least, Math.min(least * STRETCH, (room - (rows - 1) * gap) / rows));
}

function blocks(sizes: readonly number[], cell: Cell, space: Space): Layout {
  const most = Math.max(...sizes);
  let best: Extract<Layout, { mode: 'blocks' }> = { mode: 'blocks', blocks: 1, columns: 1, em: 0, row: 0 };
  for (let across = 1; across <= sizes.length; across++) {
    const down = Math.ceil(sizes.length / across);
    const gap = space.gap * BLOCK_GAPS;
    const w = (space.w - (across - 1) * gap) / across;
    const h = (space.h - (down - 1) * gap) / down;
    for (let columns = 1; columns <= most; columns++) {
      const rows = Math.ceil(most / columns);
      const em = Math.min((w - (columns - 1) * space.gap) / columns / cell.w, (h - rows * space.gap) / (rows * cell.h + HEAD_EM), space.most);
      if (em > best.em + 0.01) best = { mode: 'blocks', blocks: across, columns, em, row: rowHeight(h - HEAD_EM * em, rows, space.gap, cell.h * em) };
    }
  }
  return best;
}

function flow(n: number, cell: Cell, space: Space): Layout {
  let best: Extract<Layout, { mode: 'flow' }> = { mode: 'flow', columns: 1, em: 0, row: 0, capacity: n };
  for (let columns = 1; columns <= n; columns++) {
    const rows = Math.ceil(n / columns);
    const em = Math.min((space.w - (columns - 1) * space.gap) / columns / cell.w, (space.h - (rows - 1) * space.gap) / rows / cell.h, space.most);
    if (em > best.em + 0.01) best = { mode: 'flow', columns, em, row: rowHeight(space.h, rows, space.gap, cell.h * em), capacity: n };
  }
  if (best.em >= space.least || !n) return best;
  // Too many to be read: as many a page as can be.
  const columns = Math.max(1, Math.floor((space.w + space.gap) / (cell.w * space.least + space.gap)));
  const rows = Math.max(1, Math.floor((space.h + space.gap) / (cell.h * space.least + space.gap)));
  return { mode: 'flow', columns, em: space.least, row: rowHeight(space.h, rows, space.gap, cell.h * space.least), capacity: columns * rows };
}

/** SIZES: agents of each group; GROUPED: with a heading each. */
export function fitAgents(sizes: readonly number[], grouped: boolean, cell: Cell, space: Space): Layout {
  const n = sizes.reduce((a, b) => a + b, 0);
  if (!grouped || sizes.length < 2) return flow(n + (grouped ? sizes.length : 0), cell, space);
  const tidy = blocks(sizes, cell, space);
  const dense = flow(n + sizes.length, cell, space);
  // Blocks are easier to find one's way in: worth somewhat smaller type.
  return tidy.em >= dense.em * 0.8 && tidy.em >= space.least ? tidy : dense;
}
