/** Records of [MS-XLS] that are one cell: Formula, Blank, Number, Label, BoolErr, RK and LabelSst. */
const SINGLE_CELLS = new Set([0x0006, 0x0201, 0x0203, 0x0204, 0x0205, 0x027e, 0x00fd]);
/** Records of a row's stretch, with bytes around their cells, and bytes of each cell: MulRk and MulBlank. */
const STRETCHES = new Map([
  [0x00bd, 6],
  [0x00be, 2],
]);
/** SST: the texts that cells share, of which bytes 4 to 7 are the number. */
const SHARED_TEXTS = 0x00fc;
const HEADER_BYTES = 4;
const STRETCH_FRAME_BYTES = 6;
const BEGIN_OF_FILE = 0x0809;

/** How many cells or shared texts a workbook's stream has, without reading one of them; null for what is no such stream. */
export function countBiffCells(stream: Uint8Array): number | null {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  if (stream.byteLength < HEADER_BYTES || view.getUint16(0, true) !== BEGIN_OF_FILE) return null;
  let cells = 0;
  let texts = 0;
  for (let position = 0; position + HEADER_BYTES <= stream.byteLength;) {
    const type = view.getUint16(position, true);
    const length = view.getUint16(position + 2, true);
    const cell_bytes = STRETCHES.get(type);
    if (cell_bytes !== undefined) cells += Math.max(0, Math.floor((length - STRETCH_FRAME_BYTES) / cell_bytes));
    else if (SINGLE_CELLS.has(type)) cells += 1;
    else if (type === SHARED_TEXTS && position + 12 <= stream.byteLength) texts += view.getUint32(position + 8, true);
    position += HEADER_BYTES + length;
  }
  return Math.max(cells, texts);
}
