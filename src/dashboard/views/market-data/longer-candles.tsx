import { useState } from "preact/hooks";
import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { useAction } from "../../components/use-action.ts";
import { WatchedJob } from "../../components/watched-job.tsx";
import { marketTypeOf, type Series } from "./series.ts";

/** Has candles from five minutes to a day made of the minutes of a symbol: the chart then shows years at once. */
export function LongerCandles({ series: { exchange, market, symbol } }: { series: Series }) {
  const [job, setJob] = useState<string | null>(null);
  const make = useAction(async () => {
    const body = { exchange: exchange.toLowerCase(), market: marketTypeOf(market), symbol };
    setJob((await dataOrThrow(api.POST("/api/v1/ingest/aggregate", { body }))).job_id);
  });
  if (job !== null) return <WatchedJob id={job} />;
  return (
    <p class="row">
      <button type="button" disabled={make.isBusy} onClick={() => void make.run()}>
        Make longer candles
      </button>
      <span class="quiet">
        From five minutes to a day, of the minutes that are there; with them more fits into the chart.
      </span>
      {make.error && (
        <span class="bad" role="alert">
          {make.error}
        </span>
      )}
    </p>
  );
}
