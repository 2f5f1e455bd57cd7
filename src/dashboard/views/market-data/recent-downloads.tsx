import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { linkTo } from "../../app/route.ts";
import { Loaded } from "../../components/loaded.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { Status } from "../../components/status.tsx";
import { Table } from "../../components/table.tsx";
import { isJobFrame } from "../../components/use-job.ts";
import { useLoad } from "../../components/use-load.ts";
import { linkToSeries } from "./series.ts";

const SHOWN = 50;

type Download = Schemas["DownloadStatus"][string];

/** Downloads that are live, or ended within a day. */
export function RecentDownloads() {
  const load = useLoad((signal) => dataOrThrow(api.GET("/api/v1/ingest/status", { signal })), [], {
    refreshOn: (frame) => isJobFrame(frame, ["download"]),
  });
  return (
    <section class="card" aria-labelledby="recent">
      <h2 id="recent">Downloads of the last day</h2>
      <Loaded of={load}>
        {(downloads) => {
          const newest = Object.values(downloads).sort((a, b) => b.start_time.localeCompare(a.start_time));
          return (
            <>
              <Table
                label="Downloads of the last day"
                rows={newest.slice(0, SHOWN)}
                keyOf={({ job_id }) => job_id}
                empty="None yet. What you start is seen here, and goes on when you leave the page."
                columns={[
                  { title: "Symbol", cell: (row) => <SymbolLink download={row} /> },
                  { title: "Exchange", cell: ({ exchange, market }) => <PlainText of={`${exchange} ${market}`} /> },
                  { title: "State", cell: ({ status, job_id }) => <StateLink status={status} job={job_id} /> },
                  { title: "Says", cell: ({ message }) => <PlainText of={message} /> },
                ]}
              />
              {newest.length > SHOWN && (
                <p class="quiet">
                  The newest {SHOWN} of {newest.length}.
                </p>
              )}
            </>
          );
        }}
      </Loaded>
    </section>
  );
}

const StateLink = ({ status, job }: { status: string; job: string }) => (
  <a href={linkTo("jobs", [job])}>
    <Status of={status} />
  </a>
);

/** The list speaks of series in the words of requests; pages of series have those of the lake. */
function SymbolLink({ download }: { download: Download }) {
  const { exchange, market, symbol, data_type, timeframe, status } = download;
  const isFunding = data_type === "funding";
  const name = <PlainText of={`${symbol} ${isFunding ? "funding rates" : timeframe}`} />;
  if (status !== "completed") return name;
  const stored = isFunding ? { data_type: "alt", timeframe: "funding" } : { data_type, timeframe };
  return <a href={linkToSeries({ exchange: exchange.toUpperCase(), market, symbol, ...stored })}>{name}</a>;
}
