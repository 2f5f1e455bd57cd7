import { linkTo, route } from "../../app/route.ts";
import { DownloadForm } from "./download-form.tsx";
import { RecentDownloads } from "./recent-downloads.tsx";
import { StartedDownload } from "./started-download.tsx";

/** Starts downloads, and shows how they go. */
export function DownloadPage() {
  const { query } = route.value;
  const isMany = query.get("symbols") === "many";
  const job = query.get("job");
  return (
    <>
      {job !== null && <StartedDownload key={job} id={job} />}
      <div class="columns">
        <section class="card" aria-labelledby="download">
          <div class="row">
            <h2 id="download">{isMany ? "Download many symbols" : "Download a symbol"}</h2>
            <a href={linkTo("market-data", ["download"], isMany ? {} : { symbols: "many" })}>
              {isMany ? "Only one" : "Many at once"}
            </a>
          </div>
          <DownloadForm key={String(isMany)} isMany={isMany} />
        </section>
        <RecentDownloads />
      </div>
    </>
  );
}
