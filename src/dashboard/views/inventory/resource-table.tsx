import { useState } from "preact/hooks";
import type { Schemas } from "../../../client/client.ts";
import { linkTo } from "../../app/route.ts";
import { Dialog } from "../../components/dialog.tsx";
import { Facts } from "../../components/facts.tsx";
import { JsonTree } from "../../components/json-tree.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { Table } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { nameOfCloud } from "./clouds.ts";

/** As a scan found it; with times where it is the latest state across scans. */
type Resource = Schemas["Artifact"] & Partial<Pick<Schemas["Resource"], "job_id" | "first_seen_at" | "last_seen_at">>;

/** Resources, each of which can be looked into. */
export function ResourceTable({ resources, empty }: { resources: Resource[]; empty: string }) {
  const [open, setOpen] = useState<Resource | null>(null);
  return (
    <>
      <Table
        label="Resources"
        rows={resources}
        keyOf={(_, index) => index}
        empty={empty}
        columns={[
          {
            title: "Resource",
            cell: (row) => (
              <button type="button" class="link" onClick={() => setOpen(row)}>
                <PlainText of={nameOf(row)} most={100} />
              </button>
            ),
          },
          { title: "Type", cell: ({ resource_type }) => resource_type },
          { title: "Region", cell: ({ metadata }) => metadata.region },
          { title: "Account", cell: ({ metadata }) => <PlainText of={accountOf(metadata)} /> },
          { title: "Labels", cell: ({ metadata }) => <PlainText of={describeLabels(metadata.labels)} most={80} /> },
        ]}
      />
      {open && <ResourceDetails resource={open} onClose={() => setOpen(null)} />}
    </>
  );
}

function ResourceDetails({ resource, onClose }: { resource: Resource; onClose: () => void }) {
  const { cloud_provider, resource_type, metadata, configuration, raw, job_id, first_seen_at, last_seen_at } = resource;
  return (
    <Dialog title="Resource" onClose={onClose}>
      <div class="stack">
        <Facts
          of={{
            Id: <PlainText of={metadata.resource_id} most={1000} />,
            Type: `${resource_type} of ${nameOfCloud(cloud_provider)}`,
            Region: metadata.region,
            Account: <PlainText of={accountOf(metadata)} />,
            ...(first_seen_at && { "First seen": <Time at={first_seen_at} /> }),
            ...(last_seen_at && { "Last seen": <Time at={last_seen_at} /> }),
            ...(job_id && { Scan: <a href={linkTo("inventory", ["scans", job_id])}>{job_id}</a> }),
            ...(metadata.recorded && { Note: "from a recording, not asked for now" }),
          }}
        />
        <h3>Configuration</h3>
        <JsonTree value={configuration} isOpen />
        <h3>Labels</h3>
        <JsonTree value={metadata.labels} isOpen />
        <h3>As the cloud answered</h3>
        <JsonTree value={raw} />
      </div>
    </Dialog>
  );
}

/** The last part of an id that is a path or an ARN is what people call it. */
const nameOf = ({ metadata: { resource_id } }: Resource) => resource_id.split("/").at(-1) || resource_id;

const accountOf = ({ account_id, subscription_id, project_id }: Resource["metadata"]) =>
  account_id ?? subscription_id ?? project_id ?? "–";

const describeLabels = (labels: Record<string, string>) =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(", ");
