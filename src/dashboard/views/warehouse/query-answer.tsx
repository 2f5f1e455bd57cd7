import Papa from "papaparse";
import { useState } from "preact/hooks";
import { formatCount } from "../../components/format.ts";
import { OffsetPager } from "../../components/pager.tsx";
import { AnswerTable } from "./answer-table.tsx";
import type { Answered } from "./sql.tsx";

const PAGE = 100;

/** Rows of a query, with how long it took and a way to keep them. */
export function QueryAnswer({ answer, took }: Answered) {
  const [offset, setOffset] = useState(0);
  const { columns, rows, row_count, truncated } = answer;
  const shown = rows.slice(offset, offset + PAGE);
  return (
    <section class="card stack">
      <div class="row">
        <h3>Answer</h3>
        <span role="status">
          {formatCount(row_count)} {row_count === 1 ? "row" : "rows"} in {formatCount(Math.round(took))} ms
        </span>
        <button type="button" onClick={() => download(answer)}>
          Download as CSV
        </button>
      </div>
      {truncated && <p class="fair">There are more rows than these: the rest was cut off.</p>}
      <AnswerTable label="Answer" answer={{ columns, rows: shown }} />
      <OffsetPager {...{ offset, limit: PAGE, total: rows.length, shown: shown.length }} onMove={setOffset} />
    </section>
  );
}

/** RFC 4180 with a header, made of the rows that are here. */
function download({ columns, rows }: Answered["answer"]): void {
  const text = `${Papa.unparse({ fields: columns.map(({ name }) => name), data: rows })}\r\n`;
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = "query.csv";
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(address), 0);
}
