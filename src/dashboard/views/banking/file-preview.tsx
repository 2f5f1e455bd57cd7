import { formatCount, formatValue } from "../../components/format.ts";
import { PlainText } from "../../components/plain-text.tsx";
import { Table } from "../../components/table.tsx";

interface Frame {
  type: "dataframe";
  columns: { name: string; dtype: string }[];
  rows: Record<string, unknown>[];
  n_rows: number;
}

export type Preview = Frame | { type: "series" | "ndarray" | "list" | "dict" | "unknown" };

const NUMBER = /^u?int|^float/i;

/** The first rows of a file; what is no table is shown as it was read. */
export function FilePreview({ preview }: { preview: Preview }) {
  return (
    <section>
      <h3>First rows</h3>
      {preview.type === "dataframe" ? <Rows of={preview} /> : <pre>{JSON.stringify(preview, null, 2)}</pre>}
    </section>
  );
}

function Rows({ of: { columns, rows, n_rows } }: { of: Frame }) {
  return (
    <>
      <p class="quiet">
        {formatCount(rows.length)} of {formatCount(n_rows)} rows
      </p>
      <Table
        label="First rows"
        columns={columns.map(({ name, dtype }) => ({
          title: name,
          isNumber: NUMBER.test(dtype),
          cell: (row: Frame["rows"][number]) => <PlainText of={formatValue(row[name])} />,
        }))}
        rows={rows}
        keyOf={(_row, index) => index}
        empty="The file has no rows."
      />
    </>
  );
}
