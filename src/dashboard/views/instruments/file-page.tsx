import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { linkTo } from "../../app/route.ts";
import { person } from "../../app/session.ts";
import { Facts } from "../../components/facts.tsx";
import { formatBytes, formatCount, formatValue } from "../../components/format.ts";
import { Loaded } from "../../components/loaded.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { Time } from "../../components/time.tsx";
import { isJobChange } from "../../components/use-job.ts";
import { useLoad } from "../../components/use-load.ts";
import { FileAccess } from "./file-access.tsx";
import { FileExplanation } from "./file-explanation.tsx";
import { itemsOf } from "../../components/lists.ts";
import { TransferTable } from "./transfer-table.tsx";

type File = Schemas["InstrumentFile"];

const MOST_TRANSFERS = 50;
const isHarvestChange = (frame: Parameters<typeof isJobChange>[0]) => isJobChange(frame, ["harvest"]);

/** One file: what is known of it, how it came, and who sees it. */
export function FilePage({ id }: { id: string }) {
  const path = { id };
  const file = useLoad((signal) => dataOrThrow(api.GET("/api/files/{id}", { params: { path }, signal })), [id], {
    refreshOn: isHarvestChange,
  });
  const transfers = useLoad(
    async (signal) => {
      const query = { file_id: id, skip: 0, limit: MOST_TRANSFERS };
      return itemsOf(await dataOrThrow(api.GET("/api/transfers", { params: { query }, signal })));
    },
    [id],
    { refreshOn: isHarvestChange },
  );
  return (
    <section class="stack">
      <p>
        <a href={linkTo("instruments", ["files"])}>All files</a>
      </p>
      <Loaded of={file}>{(found) => <Details file={found} />}</Loaded>
      <h3>Transfers</h3>
      <Loaded of={transfers}>
        {(found) => <TransferTable transfers={found} empty="The file was not transferred yet." />}
      </Loaded>
      {person.value?.role === "admin" && (
        <div class="columns">
          <FileAccess file={id} />
          <FileExplanation file={id} />
        </div>
      )}
    </section>
  );
}

function Details({ file }: { file: File }) {
  const { id, filename, size_bytes, metadata_ } = file;
  const metadata = Object.entries(metadata_);
  return (
    <>
      <div class="row">
        <h2 class="wrap">
          <PlainText of={filename} />
        </h2>
        {size_bytes !== null && (
          <a class="button" href={`/api/files/${encodeURIComponent(id)}/download`} download={filename}>
            Download
          </a>
        )}
      </div>
      {file.damage !== null && (
        <p class="bad" role="alert">
          The stored file is damaged: <PlainText of={file.damage} />
        </p>
      )}
      <div class="columns">
        <section class="card stack">
          <h3>File</h3>
          <Facts
            of={{
              "Persistent identifier": <Identifier of={file} />,
              "Path on the instrument": <PlainText of={file.source_path} />,
              Size:
                size_bytes === null
                  ? "not yet stored"
                  : `${formatBytes(size_bytes)} (${formatCount(size_bytes)} bytes)`,
              Written: <Time at={file.source_mtime} />,
              Found: <Time at={file.first_discovered_at} />,
              "Read back": <Time at={file.verified_at} />,
              SHA256: <code>{file.sha256 ?? "–"}</code>,
              XXH64: <code>{file.xxhash ?? "–"}</code>,
            }}
          />
        </section>
        <section class="card stack">
          <h3>Metadata</h3>
          {metadata.length === 0 ? (
            <p class="quiet">None. A hook can read some from the names of files.</p>
          ) : (
            <Facts
              of={Object.fromEntries(
                metadata.map(([name, value]) => [name, <PlainText key={name} of={formatValue(value)} />]),
              )}
            />
          )}
        </section>
      </div>
    </>
  );
}

/** Only an ARK is resolved here. */
const Identifier = ({ of: { persistent_id, persistent_id_type } }: { of: File }) =>
  persistent_id_type === "ark" ? <a href={`/${encodeURI(persistent_id)}`}>{persistent_id}</a> : <>{persistent_id}</>;
