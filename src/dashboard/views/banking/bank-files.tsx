import { dataOrThrow, type Schemas, toFormData } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { linkTo } from "../../app/route.ts";
import { useOffset } from "../../components/filter-form.tsx";
import { formatBytes } from "../../components/format.ts";
import { Loaded } from "../../components/loaded.tsx";
import { notify } from "../../components/notices.tsx";
import { OffsetPager } from "../../components/pager.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { useLoad } from "../../components/use-load.ts";
import { isRunChange } from "./collection.ts";
import { UploadDrop } from "./upload-drop.tsx";

const PAGE_ROWS = 25;

const columns: Column<Schemas["DataFile"]>[] = [
  {
    title: "Name",
    cell: ({ filename }) => (
      <a href={linkTo("banking", ["files", filename])}>
        <PlainText of={filename} />
      </a>
    ),
  },
  { title: "Size", cell: ({ size_bytes }) => formatBytes(size_bytes), isNumber: true },
  { title: "Changed", cell: ({ modified_ms }) => <Time at={new Date(modified_ms).toISOString()} /> },
];

/** A person's files, and a place to drop more. */
export function BankFiles() {
  const { offset, move } = useOffset("banking", ["files"]);
  const files = useLoad(
    (signal) => dataOrThrow(api.GET("/data/list", { params: { query: { offset, limit: PAGE_ROWS } }, signal })),
    [offset],
    { refreshOn: isRunChange },
  );
  return (
    <section class="stack">
      <h2>Files</h2>
      <UploadDrop
        label="Drop files here, or choose them: CSV, Parquet, JSON or pickle"
        busy="Uploading …"
        accept=".csv,.parquet,.json,.jsonl,.pkl,.pickle"
        send={async (file) => {
          await dataOrThrow(api.POST("/data/files", { body: { file }, bodySerializer: toFormData }));
          notify(`${file.name} is stored`);
        }}
        onDone={files.reload}
      />
      <Loaded of={files}>
        {({ files: found, total_count }) => (
          <>
            <Table
              label="Files"
              columns={columns}
              rows={found}
              keyOf={({ filename }) => filename}
              empty="There are no files yet. A run brings some, or upload one."
            />
            <OffsetPager offset={offset} limit={PAGE_ROWS} total={total_count} shown={found.length} onMove={move} />
          </>
        )}
      </Loaded>
    </section>
  );
}
