import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { linkTo, route } from "../../app/route.ts";
import { Facts } from "../../components/facts.tsx";
import { formatCount } from "../../components/format.ts";
import { Loaded } from "../../components/loaded.tsx";
import { Status } from "../../components/status.tsx";
import { useLoad } from "../../components/use-load.ts";
import { UPLOAD_TYPES } from "./source-config.ts";
import { SourceDelete } from "./source-delete.tsx";
import { SourceFiles } from "./source-files.tsx";
import { SourceHistory } from "./source-history.tsx";
import { SourceLog } from "./source-log.tsx";
import { SourceSchedule } from "./source-schedule.tsx";
import { SourceSettings } from "./source-settings.tsx";
import { freshnessOf, isSourceFrame, statusWord } from "./source-state.ts";
import { SourceSync } from "./source-sync.tsx";
import { SourceTables } from "./source-tables.tsx";

const FILE_TYPES = ["csv", "local_files", "filesystem"];

/** One source: what it has filled, how it went, and what may be done with it. */
export function SourceDetail({ name }: { name: string }) {
  const details = useLoad(
    (signal) =>
      dataOrThrow(api.GET("/api/sources/{source_name}/details", { params: { path: { source_name: name } }, signal })),
    [name],
    { refreshOn: (frame) => isSourceFrame(frame, name) },
  );
  return (
    <>
      <p>
        <a href={linkTo("warehouse", ["sources"])}>All sources</a>
      </p>
      <h2>{name}</h2>
      <Loaded of={details}>{(source) => <Parts source={source} onChange={details.reload} />}</Loaded>
    </>
  );
}

interface PartsProps {
  source: Schemas["WarehouseSourceDetails"];
  onChange: () => void;
}

function Parts({ source, onChange }: PartsProps) {
  const { name, config, status, freshness, row_count, tables } = source;
  const type = String(config["type"]);
  const isEnabled = config["enabled"] === true;
  const parts: Record<string, string> = {
    "": "Overview",
    ...(FILE_TYPES.includes(type) && { files: "Files" }),
    log: "Log",
    schedule: "Schedule",
    settings: "Settings",
  };
  const part = route.value.path[2] ?? "";
  return (
    <>
      <nav class="tabs" aria-label={`Parts of ${name}`}>
        {Object.entries(parts).map(([key, title]) => (
          <a
            key={key}
            href={linkTo("warehouse", key === "" ? ["sources", name] : ["sources", name, key])}
            aria-current={key === part ? "page" : undefined}
          >
            {title}
          </a>
        ))}
      </nav>
      {part === "" && (
        <>
          <div class="columns">
            <section class="card">
              <h3>Now</h3>
              <Facts
                of={{
                  Kind: type,
                  State: <Status of={statusWord({ status, enabled: isEnabled })} />,
                  Data: freshnessOf(freshness),
                  Rows: row_count === null ? "none yet" : formatCount(row_count),
                  ...(typeof config["description"] === "string" && { About: config["description"] }),
                }}
              />
            </section>
            <SourceSync source={source} isEnabled={isEnabled} onChange={onChange} />
          </div>
          <SourceTables tables={tables} />
          <SourceHistory history={source.history} />
        </>
      )}
      {part === "files" && <SourceFiles name={name} takesUploads={UPLOAD_TYPES.includes(type)} />}
      {part === "log" && <SourceLog name={name} />}
      {part === "schedule" && <SourceSchedule name={name} />}
      {part === "settings" && (
        <>
          <SourceSettings source={source} onChange={onChange} />
          <SourceDelete name={name} />
        </>
      )}
    </>
  );
}
