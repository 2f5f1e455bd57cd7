import { useState } from "preact/hooks";
import { formatCount } from "../../components/format.ts";
import { Loaded } from "../../components/loaded.tsx";
import { Table } from "../../components/table.tsx";
import { useLoad } from "../../components/use-load.ts";
import { linkTo } from "../../app/route.ts";
import { nameOfCloud } from "./clouds.ts";
import { type Count, countArtifacts } from "./count-artifacts.ts";

/** Scans of up to so many resources are counted without being asked for: it means to read all of them. */
const COUNTED_AT_ONCE = 2000;

/** How many resources of which service a scan found in which region. */
export function ScanCounts({ id, total }: { id: string; total: number }) {
  const [isWanted, setWanted] = useState(total <= COUNTED_AT_ONCE);
  return (
    <section class="card" aria-labelledby="counts">
      <h2 id="counts">By service and region</h2>
      {isWanted ? (
        <Counts id={id} />
      ) : (
        <button type="button" onClick={() => setWanted(true)}>
          Count all {formatCount(total)}
        </button>
      )}
    </section>
  );
}

function Counts({ id }: { id: string }) {
  const load = useLoad((signal) => countArtifacts(id, signal), [id]);
  return (
    <Loaded of={load}>
      {(counts) => (
        <Table
          label="Resources by service and region"
          rows={counts}
          keyOf={({ provider, service, region }) => `${provider} ${service} ${region}`}
          empty="It found nothing."
          columns={[
            { title: "Cloud", cell: ({ provider }) => nameOfCloud(provider) },
            { title: "Service", cell: ({ service }) => service },
            { title: "Region", cell: ({ region }) => region },
            {
              title: "Resources",
              isNumber: true,
              cell: (row) => <a href={linkToFound(id, row)}>{formatCount(row.count)}</a>,
            },
          ]}
        />
      )}
    </Loaded>
  );
}

const linkToFound = (id: string, { service, region }: Count) => linkTo("inventory", ["scans", id], { service, region });
