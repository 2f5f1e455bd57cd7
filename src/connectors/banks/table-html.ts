/** A table that was read from a page as a document of its own, the first row being its headings. */
export function writeTableHtml([headings = [], ...rows]: string[][]): string {
  const head = `<tr>${headings.map((text) => `<th>${escape(text)}</th>`).join("")}</tr>`;
  const body = rows.map((row) => `<tr>${row.map((text) => `<td>${escape(text)}</td>`).join("")}</tr>`);
  return `<!doctype html><meta charset="utf-8"><table>\n${[head, ...body].join("\n")}\n</table>\n`;
}

const escape = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
