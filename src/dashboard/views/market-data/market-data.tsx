import { Tabs } from "../../components/tabs.tsx";
import { route } from "../../app/route.ts";
import { DownloadPage } from "./download-page.tsx";
import { ExchangePage } from "./exchange-page.tsx";
import { ExchangeList } from "./exchange-list.tsx";
import { FeaturePage } from "./feature-page.tsx";
import { FilePage } from "./file-page.tsx";
import { FileList } from "./file-list.tsx";
import { ScheduleList } from "./schedule-list.tsx";
import { SeriesList } from "./series-list.tsx";
import { SeriesPage } from "./series-page.tsx";

const TABS = {
  series: "Series",
  download: "Download",
  schedules: "Schedules",
  exchanges: "Exchanges",
  features: "Features",
  files: "Files",
};

/** Candles and rates: what there is of them, and how to get more. */
export function View() {
  const [tab = "series", ...rest] = route.value.path;
  return (
    <>
      <h1>Market data</h1>
      <Tabs label="Market data" view="market-data" tabs={TABS} current={tab} />
      <Tab tab={tab} rest={rest} />
    </>
  );
}

function Tab({ tab, rest }: { tab: string; rest: string[] }) {
  const [first] = rest;
  if (tab === "series" && rest.length === 5) return <SeriesPage key={rest.join("/")} address={rest} />;
  if (tab === "series") return <SeriesList />;
  if (tab === "download") return <DownloadPage />;
  if (tab === "schedules") return <ScheduleList />;
  if (tab === "exchanges") return first === undefined ? <ExchangeList /> : <ExchangePage key={first} id={first} />;
  if (tab === "features") return <FeaturePage />;
  if (tab === "files") return first === undefined ? <FileList /> : <FilePage key={first} id={first} />;
  return <p>There is no such page.</p>;
}
