import { measureBanking } from "./banking-benchmarks.ts";
import { measureRates, measureReads } from "./http-benchmarks.ts";
import { measureLake } from "./lake-benchmarks.ts";
import { measureMixedLoad } from "./load-benchmarks.ts";
import type { Result } from "./result.ts";
import { measureFanOut, measureSize, measureStart } from "./runtime-benchmarks.ts";
import { measureWarehouse } from "./warehouse-benchmarks.ts";
import type { World } from "./world.ts";

export interface Benchmark {
  name: string;
  describe: string;
  run(world: World): Promise<Result[]>;
}

export const benchmarks: Benchmark[] = [
  {
    name: "rates",
    describe: "answers a second: /health, a validated route, a list of one row",
    run: measureRates,
  },
  { name: "read", describe: "/read of a month of minutes: stored, computed, not modified", run: measureReads },
  { name: "fan-out", describe: "frames a second to 1,000 WebSockets", run: measureFanOut },
  { name: "start-up", describe: "time to the first answer of a fresh runtime", run: measureStart },
  { name: "size", describe: "length of the main module, minified", run: measureSize },
  {
    name: "lake",
    describe: "lists over 100,000 files, preview, export, uploads of features and CSV",
    run: measureLake,
  },
  { name: "warehouse", describe: "sync of a CSV file, a query over its table", run: measureWarehouse },
  { name: "banking", describe: "previews and lines of a person's large files", run: measureBanking },
  { name: "load", describe: "1 to 128 callers who read and write at once", run: measureMixedLoad },
];
