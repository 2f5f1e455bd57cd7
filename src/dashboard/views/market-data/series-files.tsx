import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { goTo, linkTo } from "../../app/route.ts";
import { ConfirmButton } from "../../components/dialog.tsx";
import { notify } from "../../components/notices.tsx";
import { useAction } from "../../components/use-action.ts";
import { instantOf, marketTypeOf, type Series } from "./series.ts";

/** Ways to take a series along, to keep it up to date, and to be rid of it. */
export function SeriesFiles({ series }: { series: Series }) {
  const { exchange, market, symbol, data_type } = series;
  const terminal = useAction(async () => {
    const path = { exchange, symbol };
    const made = await dataOrThrow(
      api.GET("/api/v1/export/{exchange}/{symbol}", { params: { path, query: { market } } }),
    );
    saveFile(made.download_url, made.filename);
    notify(`${made.filename} has ${made.rows_exported} rows`);
  });
  const remove = async () => {
    const path = { exchange_id: exchange, market_id: market };
    const deleted = await dataOrThrow(
      api.DELETE("/api/v1/ingest/exchanges/{exchange_id}/markets/{market_id}/history", {
        params: { path, query: { symbol, data_type } },
      }),
    );
    notify(deleted.message);
    goTo(linkTo("market-data", ["series"]));
  };
  return (
    <section class="card stack" aria-labelledby="take">
      <h2 id="take">Take it along</h2>
      <p class="row">
        {series.first !== null && (
          <>
            <a class="button" href={readAddress(series, "csv")} download={`${symbol}_${series.timeframe}.csv`}>
              CSV
            </a>
            <a class="button" href={readAddress(series, "parquet")} download={`${symbol}_${series.timeframe}.parquet`}>
              Parquet
            </a>
          </>
        )}
        {data_type === "raw" && series.timeframe === "1m" && (
          <button type="button" disabled={terminal.isBusy} onClick={() => void terminal.run()}>
            For trading terminals
          </button>
        )}
      </p>
      {terminal.error && (
        <p class="bad" role="alert">
          {terminal.error}
        </p>
      )}
      <p class="row">
        <a href={linkTo("market-data", ["download"], requestOf(series))}>Download more</a>
        <a href={linkTo("market-data", ["schedules"], requestOf(series))}>Keep it up to date</a>
        <a href={linkTo("market-data", ["files"], { exchange, market, symbol, data_type })}>Its files</a>
      </p>
      <p>
        <ConfirmButton
          label="Delete history"
          question={`Everything of the type "${data_type}" of ${symbol} on ${exchange} ${market} is deleted, of every length. What the exchange still offers can be downloaded again.`}
          onConfirm={remove}
        />
      </p>
    </section>
  );
}

/** Where the whole series can be read in a format. */
function readAddress({ exchange, market, symbol, data_type, timeframe, first, last }: Series, format: string): string {
  const [start, end] = [first, last].map((time) => instantOf(Date.parse(time ?? "")));
  return `/read?${new URLSearchParams({ exchange, market, symbol, data_type, timeframe, format, start: start ?? "", end: end ?? "" })}`;
}

const requestOf = ({ exchange, market, unified_symbol, timeframe }: Series) => ({
  exchange: exchange.toLowerCase(),
  market: marketTypeOf(market),
  symbol: unified_symbol,
  timeframe: timeframe === "funding" ? undefined : timeframe,
  data_type: timeframe === "funding" ? "funding" : undefined,
});

/** Has the browser save a file of our own. */
function saveFile(address: string, name: string): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
}
