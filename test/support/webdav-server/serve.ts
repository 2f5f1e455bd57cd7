import { parseArgs } from "node:util";
import { startWebdavServer } from "./server.ts";
import { changeDavWorld, contentOf, type DavFile } from "./world.ts";

/** What `npm run demo:instrument` starts: a microscope's computer, which shares its folder by WebDAV. */
const { values } = parseArgs({ options: { port: { type: "string", default: "8200" } } });
const { url, world } = await startWebdavServer(Number(values.port));

const MEBIBYTE = 1_048_576;
const LOG_EVERY_MS = 5_000;
const written = (days: number) => Date.UTC(2026, 0, 1 + days, 9);
const files: Record<string, DavFile> = {
  "2026-01-05/anna_plate-01_overview.tif": { size: 3 * MEBIBYTE, seed: 1, modified_at: written(4) },
  "2026-01-05/anna_plate-01_stack.tif": { size: 40 * MEBIBYTE, seed: 2, modified_at: written(4) },
  "2026-01-05/anna_plate-01_cells.csv": { text: "cell,area_um2\n1,102.5\n2,98.1\n", modified_at: written(4) },
  "2026-01-06/björn plate #2 (50%).tif": { size: 2 * MEBIBYTE, seed: 3, modified_at: written(5) },
  "2026-01-06/notes.txt": { text: "Objective cleaned. Lamp at 80%.\n", modified_at: written(5) },
  "2026-01-06/~scan.tmp": { text: "", modified_at: written(5) },
};
changeDavWorld(world, { username: "demo", password: "demo", files });

// A file that is still being written: harvests leave it alone.
let lines = "";
setInterval(() => {
  lines += `${new Date().toISOString()} stage temperature 21.${lines.length % 10} C\n`;
  world.files.set("instrument.log", { text: lines, modified_at: Date.now() });
}, LOG_EVERY_MS).unref();

const transfer_config = { type: "webdav", url, username: "demo", password: "demo" };
/** Where the commands that it prints go. */
const API = process.env.CATCHMENT_URL ?? "http://localhost:8000";
const headers = `-H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json'`;
const post = (path: string, json?: object) =>
  `curl -X POST "${API}${path}" ${headers}${json ? ` -d '${JSON.stringify(json)}'` : ""}`;
const schedule = `{"instrument_id":"'$INSTRUMENT'","default_storage_location_id":"'$STORAGE'","cron_expression":"0 2 * * *"}`;

console.log(`Demo instrument at ${url}. Ctrl+C stops.
${Object.entries(files)
  .map(([path, file]) => `  ${String(contentOf(file).byteLength).padStart(9)} bytes  ${path}`)
  .join("\n")}
  a line every ${LOG_EVERY_MS / 1000} s  instrument.log
It is reached by a Catchment that ALLOW_PRIVATE_HOSTS lets, with 127.0.0.1:8200 unless told otherwise.
transfer_config: ${JSON.stringify(transfer_config)}
Try, with the ids of the answers in INSTRUMENT, STORAGE and SCHEDULE:
  ${post("/api/instruments", { name: "Microscope", transfer_config })}
  ${post("/api/storage-locations", { name: "Archive", type: "posix", base_path: "/archive" })}
  ${post("/api/schedules").trimEnd()} -d '${schedule}'
  ${post("/api/schedules/$SCHEDULE/trigger")}
  curl "${API}/api/transfers" ${headers}`);

process.on("SIGTERM", () => process.exit(0));
