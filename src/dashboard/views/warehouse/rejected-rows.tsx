import { useState } from "preact/hooks";
import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { linkTo } from "../../app/route.ts";
import { Loaded } from "../../components/loaded.tsx";
import { OffsetPager } from "../../components/pager.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { Table } from "../../components/table.tsx";
import { useLoad } from "../../components/use-load.ts";
import { isSourceFrame } from "./source-state.ts";

const PAGE = 50;

interface RejectedRowsProps {
  name: string;
  /** Only those of one file. */
  filePath: string | undefined;
}

/** Rows that could not be loaded, and why. */
export function RejectedRows({ name, filePath }: RejectedRowsProps) {
  const [offset, setOffset] = useState(0);
  const rejected = useLoad(
    (signal) => {
      const query = { limit: PAGE, offset, ...(filePath !== undefined && { file_path: filePath }) };
      const params = { path: { source_name: name }, query };
      return dataOrThrow(api.GET("/api/sources/{source_name}/rejected-rows", { params, signal }));
    },
    [name, filePath, offset],
    { refreshOn: (frame) => isSourceFrame(frame, name) },
  );
  return (
    <section class="card">
      <h3>Rows that could not be loaded</h3>
      {filePath !== undefined && (
        <p>
          Of <PlainText of={filePath} /> only.{" "}
          <a href={linkTo("warehouse", ["sources", name, "files"])}>Of all files</a>
        </p>
      )}
      <Loaded of={rejected}>
        {({ rows, total }) => (
          <>
            <Table
              label="Rows that could not be loaded"
              rows={rows}
              keyOf={({ file_path, line }) => `${file_path}:${line}`}
              empty="None: every row was loaded."
              columns={[
                { title: "File", cell: ({ file_path }) => <PlainText of={file_path.split("/").at(-1) ?? file_path} /> },
                { title: "Line", isNumber: true, cell: ({ line }) => line },
                { title: "Why", cell: ({ reason }) => <PlainText of={reason} /> },
                { title: "What it says", cell: ({ content }) => <PlainText of={content} most={300} /> },
              ]}
            />
            <OffsetPager {...{ offset, limit: PAGE, total, shown: rows.length }} onMove={setOffset} />
          </>
        )}
      </Loaded>
    </section>
  );
}
