import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { goTo, linkTo } from "../../app/route.ts";
import { ConfirmButton } from "../../components/dialog.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { notify } from "../../components/notices.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { useLoad } from "../../components/use-load.ts";
import { FilePlot } from "./file-plot.tsx";
import { FilePreview } from "./file-preview.tsx";

const PREVIEW_ROWS = 50;

/** One file: its first rows, a plot, and what can be done with it. */
export function BankFile({ name }: { name: string }) {
  const path = { filename: name };
  const file = useLoad(
    (signal) =>
      dataOrThrow(
        api.GET("/data/files/{filename}/preview", { params: { path, query: { rows: PREVIEW_ROWS } }, signal }),
      ),
    [name],
  );
  const remove = async () => {
    await dataOrThrow(api.DELETE("/data/files/{filename}", { params: { path } }));
    notify("The file is deleted");
    goTo(linkTo("banking", ["files"]));
  };
  return (
    <section class="stack">
      <p>
        <a href={linkTo("banking", ["files"])}>All files</a>
      </p>
      <div class="row">
        <h2 class="wrap">
          <PlainText of={name} />
        </h2>
        <a class="button" href={`/data/files/${encodeURIComponent(name)}/stream`} download={name}>
          Download
        </a>
        <ConfirmButton
          label="Delete"
          question="The file is deleted for good. Rows that reports bring again are collected anew."
          onConfirm={remove}
        />
      </div>
      <Loaded of={file}>
        {({ preview }) => (
          <>
            {preview.type === "dataframe" && preview.n_rows > 0 && <FilePlot name={name} columns={preview.columns} />}
            <FilePreview preview={preview} />
          </>
        )}
      </Loaded>
    </section>
  );
}
