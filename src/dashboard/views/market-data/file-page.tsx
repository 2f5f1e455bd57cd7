import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { goTo, linkTo } from "../../app/route.ts";
import { ConfirmButton } from "../../components/dialog.tsx";
import { useOffset } from "../../components/filter-form.tsx";
import { formatCount, formatValue } from "../../components/format.ts";
import { Loaded } from "../../components/loaded.tsx";
import { notify } from "../../components/notices.tsx";
import { OffsetPager } from "../../components/pager.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { Table } from "../../components/table.tsx";
import { useLoad } from "../../components/use-load.ts";
import { formatInstant } from "./series.ts";

const LIMIT = 50;

/** The rows of a file, page by page. */
export function FilePage({ id }: { id: string }) {
  const { offset, move } = useOffset("market-data", ["files", id]);
  const params = { path: { dataset_id: Number(id) } };
  const load = useLoad(
    (signal) => {
      const query = { limit: LIMIT, offset };
      return dataOrThrow(api.GET("/api/v1/datasets/{dataset_id}/preview", { params: { ...params, query }, signal }));
    },
    [id, offset],
  );
  const remove = async () => {
    await dataOrThrow(api.DELETE("/api/v1/datasets/{dataset_id}", { params }));
    notify("Deleted");
    goTo(linkTo("market-data", ["files"]));
  };
  return (
    <section aria-labelledby="file">
      <p>
        <a href={linkTo("market-data", ["files"])}>All files</a>
      </p>
      <div class="row">
        <h2 id="file">File {id}</h2>
        <ConfirmButton
          label="Delete file"
          question="The file is deleted, and what was made of its minutes. The next download collects its month again."
          onConfirm={remove}
        />
      </div>
      <Loaded of={load}>
        {(preview) => (
          <>
            <p class="quiet">
              {formatCount(preview.total_rows)} rows · {preview.metadata.timeframe}
            </p>
            <Preview preview={preview} />
            <OffsetPager
              offset={offset}
              limit={LIMIT}
              total={preview.total_rows}
              shown={preview.rows.length}
              onMove={move}
            />
          </>
        )}
      </Loaded>
    </section>
  );
}

const Preview = ({ preview: { columns, rows } }: { preview: Schemas["DatasetPreview"] }) => (
  <Table
    label="Rows of the file"
    rows={rows}
    keyOf={(_, index) => index}
    empty="There are no rows here."
    columns={columns.map((title) => ({
      title,
      isNumber: typeof rows[0]?.[title] === "number",
      cell: (row: Record<string, unknown>) => <PlainText of={formatCell(title, row[title])} />,
    }))}
  />
);

const formatCell = (column: string, value: unknown) =>
  column === "ts" && typeof value === "number" && Math.abs(value) < 8.64e15
    ? `${formatInstant(value)} (${value})`
    : formatValue(value);
