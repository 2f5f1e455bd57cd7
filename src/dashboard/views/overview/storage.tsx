import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { titleOfDomain } from "../../components/domains.ts";
import { formatBytes, formatCount } from "../../components/format.ts";
import { Loaded } from "../../components/loaded.tsx";
import { Table } from "../../components/table.tsx";
import { isJobFrame } from "../../components/use-job.ts";
import { useLoad } from "../../components/use-load.ts";

const TITLES: Record<string, string> = { all: "Together", other: "Other" };

/** How much each domain has stored; for admins. */
export function Storage() {
  const usage = useLoad((signal) => dataOrThrow(api.GET("/admin/storage", { signal })), [], {
    refreshOn: (frame) => isJobFrame(frame) && frame.type === "job.completed",
  });
  return (
    <section class="card" aria-labelledby="storage">
      <h2 id="storage">Storage</h2>
      <Loaded of={usage}>
        {({ domains, total, complete }) => (
          <>
            <Table
              label="Storage by domain"
              rows={domains.length > 1 ? [...domains, { domain: "all", ...total }] : domains}
              keyOf={({ domain }) => domain}
              columns={[
                { title: "Domain", cell: ({ domain }) => TITLES[domain] ?? titleOfDomain(domain) },
                { title: "Files", isNumber: true, cell: ({ objects }) => formatCount(objects) },
                { title: "Size", isNumber: true, cell: ({ bytes }) => formatBytes(bytes) },
              ]}
              empty="Nothing is stored yet."
            />
            {!complete && <p class="quiet">There are more files than are counted here.</p>}
          </>
        )}
      </Loaded>
    </section>
  );
}
