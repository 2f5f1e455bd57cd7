import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { linkTo } from "../../app/route.ts";
import { Facts } from "../../components/facts.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { isJobChange } from "../../components/use-job.ts";
import { useLoad } from "../../components/use-load.ts";
import { CandleChart } from "./candle-chart.tsx";
import type { Source } from "./chart-window.ts";
import { CoverageSection } from "./coverage-section.tsx";
import { LongerCandles } from "./longer-candles.tsx";
import { SeriesFiles } from "./series-files.tsx";
import { describeType, formatInstant, type Series, stepOf } from "./series.ts";

const MOST_LENGTHS = 100;

/** One series: its chart, how much of it is there, and what can be done with it. */
export function SeriesPage({ address }: { address: string[] }) {
  const [exchange = "", market = "", symbol = "", data_type = "", timeframe = ""] = address;
  const load = useLoad(
    async (signal) => {
      const query = { exchange, market, symbol, limit: MOST_LENGTHS };
      return (await dataOrThrow(api.GET("/api/v1/coverage", { params: { query }, signal }))).series;
    },
    [address.join("/")],
    { refreshOn: (frame) => isJobChange(frame, ["download", "aggregate", "ingest-file"]) },
  );
  return (
    <>
      <p>
        <a href={linkTo("market-data", ["series"])}>All series</a>
      </p>
      <Loaded of={load}>
        {(all) => {
          const series = all.find((one) => one.data_type === data_type && one.timeframe === timeframe);
          if (!series) return <NoSeries symbol={symbol} exchange={exchange} />;
          return <SeriesDetails series={series} all={all} />;
        }}
      </Loaded>
    </>
  );
}

function NoSeries({ symbol, exchange }: { symbol: string; exchange: string }) {
  return (
    <p>
      There is nothing of this series, or not yet.{" "}
      <a href={linkTo("market-data", ["download"], { exchange: exchange.toLowerCase(), symbol })}>Download it</a>.
    </p>
  );
}

function SeriesDetails({ series, all }: { series: Series; all: Series[] }) {
  const sources = sourcesOf(series, all);
  return (
    <>
      <h2>
        {series.unified_symbol} on {series.exchange} {series.market}
      </h2>
      {sources.length > 0 ? (
        <CandleChart series={series} sources={sources} />
      ) : (
        <p>
          {series.first === null ? "No rows have been collected yet." : "Only candles and funding rates have a chart."}{" "}
          <a href={linkTo("market-data", ["files"], { symbol: series.symbol, data_type: series.data_type })}>
            Its files
          </a>
        </p>
      )}
      {sources.length === 1 && sources[0]?.timeframe === "1m" && <LongerCandles series={series} />}
      <CoverageSection series={series} />
      <div class="columns">
        <section class="card" aria-labelledby="about">
          <h2 id="about">About it</h2>
          <Facts
            of={{
              Holds: describeType(series),
              "Time between rows": series.timeframe === "funding" ? "as the exchange pays" : series.timeframe,
              "Symbol in files": series.symbol,
              "Listed since (UTC)": series.listed_at ? formatInstant(Date.parse(series.listed_at)) : "not known yet",
              "First row (UTC)": series.first ? formatInstant(Date.parse(series.first)) : "–",
              "Last row (UTC)": series.last ? formatInstant(Date.parse(series.last)) : "–",
            }}
          />
        </section>
        <SeriesFiles series={series} />
      </div>
    </>
  );
}

/** What of the symbol a chart of the series can draw: of rates themselves, of candles every length, the shortest first. */
function sourcesOf(series: Series, all: Series[]): Source[] {
  const isRates = series.timeframe === "funding";
  const similar = isRates ? [series] : all.filter(({ data_type }) => data_type === "raw" || data_type === "agg");
  if (!isRates && !similar.includes(series)) return [];
  const sources = similar.flatMap(({ data_type, timeframe, first, last }) => {
    const step = stepOf(timeframe);
    if (step === null || first === null || last === null) return [];
    const type = data_type === "agg" ? "agg" : data_type === "raw" ? "raw" : "alt";
    const source: Source = { data_type: type, timeframe, step, from: Date.parse(first), to: Date.parse(last) };
    return [source];
  });
  const ownFirst = sources.toSorted((a, b) => rankOf(a, series) - rankOf(b, series));
  const byLength = new Map(ownFirst.toReversed().map((source) => [source.timeframe, source]));
  return [...byLength.values()].toSorted((a, b) => a.step - b.step);
}

/** Of two series of one length the one that is looked at counts, then the one that was collected. */
const rankOf = (source: Source, series: Series) =>
  source.data_type === series.data_type && source.timeframe === series.timeframe
    ? 0
    : source.data_type === "raw"
      ? 1
      : 2;
