import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { linkTo, route } from "../../app/route.ts";
import { ConfirmButton } from "../../components/dialog.tsx";
import { formatBytes, formatCount } from "../../components/format.ts";
import { Loaded } from "../../components/loaded.tsx";
import { notify } from "../../components/notices.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { Status } from "../../components/status.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { useLoad } from "../../components/use-load.ts";
import { RejectedRows } from "./rejected-rows.tsx";
import { isSourceFrame } from "./source-state.ts";

const PATH = "/api/sources/{source_name}/csv-files";

const readFiles = (name: string, signal?: AbortSignal) =>
  dataOrThrow(api.GET(PATH, { params: { path: { source_name: name } }, ...(signal && { signal }) }));
type SourceFile = Awaited<ReturnType<typeof readFiles>>["files"][number];

interface SourceFilesProps {
  name: string;
  /** Whether files are uploaded for it, or lie where it is told to look. */
  takesUploads: boolean;
}

/** The files of a source with what of them is loaded, and the rows that could not be. */
export function SourceFiles({ name, takesUploads }: SourceFilesProps) {
  const chosen = route.value.query.get("rejected_of") ?? undefined;
  return (
    <>
      {takesUploads && <Files name={name} />}
      <RejectedRows key={chosen} name={name} filePath={chosen} />
    </>
  );
}

function Files({ name }: { name: string }) {
  const files = useLoad((signal) => readFiles(name, signal), [name], {
    refreshOn: (frame) => isSourceFrame(frame, name),
  });
  const remove = async ({ path, filename }: SourceFile) => {
    await dataOrThrow(api.DELETE(PATH, { params: { path: { source_name: name }, query: { file_path: path } } }));
    notify(`${filename} deleted; its rows go with the sync that follows`);
    files.reload();
  };
  const columns: Column<SourceFile>[] = [
    { title: "File", cell: ({ filename }) => <PlainText of={filename} /> },
    { title: "State", cell: ({ status }) => <Status of={status} /> },
    { title: "Size", isNumber: true, cell: ({ size }) => (size === null ? "" : formatBytes(size)) },
    { title: "Rows loaded", isNumber: true, cell: ({ rows_loaded }) => formatCount(rows_loaded ?? 0) },
    { title: "Rows rejected", isNumber: true, cell: (file) => <Rejected name={name} file={file} /> },
    { title: "Loaded", cell: ({ loaded_at }) => <Time at={loaded_at} /> },
    { title: "Error", cell: ({ error_message }) => <PlainText of={error_message ?? ""} most={300} /> },
    {
      title: "Delete",
      cell: (file) =>
        file.on_disk && (
          <ConfirmButton
            label="Delete"
            question={`${file.filename} and the rows that came from it will be gone for good.`}
            onConfirm={() => remove(file)}
          />
        ),
    },
  ];
  return (
    <section class="card">
      <div class="row">
        <h3>Files</h3>
        <a class="button" href={linkTo("warehouse", ["upload"], { source: name })}>
          Upload files
        </a>
      </div>
      <Loaded of={files}>
        {({ files: rows }) => (
          <Table
            label="Files"
            columns={columns}
            rows={rows}
            keyOf={({ path }) => path}
            empty="No files yet. Upload some."
          />
        )}
      </Loaded>
    </section>
  );
}

function Rejected({ name, file: { path, rows_rejected } }: { name: string; file: SourceFile }) {
  if (!rows_rejected) return <>0</>;
  return (
    <a href={linkTo("warehouse", ["sources", name, "files"], { rejected_of: path })}>{formatCount(rows_rejected)}</a>
  );
}
