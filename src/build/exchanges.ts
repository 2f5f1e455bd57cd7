import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import type { ExchangeSummary } from "../connectors/exchanges/exchange-list.ts";

const ROOT = join(import.meta.dirname, "../..");
const CCXT = join(ROOT, "node_modules/ccxt");
const FOLDER = join(ROOT, "src/connectors/exchanges");
const GENERATED = join(FOLDER, "generated");
/** The committed list of exchanges. */
export const EXCHANGE_LIST = join(FOLDER, "exchange-list.json");

/** Packages that ccxt loads for sockets and proxies, and files it loads to sign orders: public REST calls need none. */
const UNUSED =
  /^(undici|fflate|(http|https|socks)-proxy-agent)$|\/protobuf\/mexc\/|\/dydx-v4-client\/(registry|cosmos\/tx)|^protobufjs\//;
const SOCKET = "export default globalThis.WebSocket; export const createWebSocketStream = undefined;";

/**
 * Builds every exchange module of ccxt into `generated/`, one file each over shared chunks, and the list of
 * exchanges beside it. Does nothing when both come from this ccxt and this generator.
 */
export async function buildExchanges(): Promise<void> {
  const stamp = `${ccxtVersion()} ${createHash("sha256")
    .update(readFileSync(import.meta.filename))
    .digest("hex")}\n`;
  const stampPath = join(GENERATED, ".stamp");
  if (existsSync(stampPath) && readFileSync(stampPath, "utf8") === stamp && existsSync(EXCHANGE_LIST)) return;
  rmSync(GENERATED, { recursive: true, force: true });
  mkdirSync(GENERATED, { recursive: true });
  const exchanges = await summarizeExchanges();
  writeFileSync(EXCHANGE_LIST, renderList(exchanges));
  await build({
    entryPoints: exchanges.map(({ id }) => join(CCXT, `js/src/${id}.js`)),
    outdir: GENERATED,
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2024",
    minify: true,
    chunkNames: "chunk-[hash]",
    external: ["node:*"],
    plugins: [shims],
    logLevel: "error",
  });
  writeFileSync(stampPath, stamp);
}

/** The list of exchanges as the installed ccxt describes it; the committed file must equal it. */
export async function exchangeListText(): Promise<string> {
  return renderList(await summarizeExchanges());
}

const shims: Plugin = {
  name: "shims",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^crypto$/ }, () => ({ path: "node:crypto", external: true }));
    onResolve({ filter: /^ws$/ }, ({ path }) => ({ path, namespace: "shim" }));
    onResolve({ filter: UNUSED }, ({ path }) => ({ path, namespace: "shim" }));
    onLoad({ filter: /.*/, namespace: "shim" }, ({ path }) => ({ contents: path === "ws" ? SOCKET : "export {};" }));
  },
};

interface Described {
  id: string;
  name: string;
  has: Record<string, unknown>;
  timeframes: Record<string, unknown> | undefined;
}

async function summarizeExchanges(): Promise<ExchangeSummary[]> {
  const { default: ccxt } = await import("ccxt");
  // ccxt types its exchanges one by one; by id they are constructors of one shape.
  const classes = ccxt as unknown as Record<string, new () => Described>;
  return ccxt.exchanges.toSorted().flatMap((id) => {
    const Exchange = classes[id];
    return Exchange ? [summarize(new Exchange())] : [];
  });
}

function summarize({ id, name, has, timeframes }: Described): ExchangeSummary {
  return {
    id,
    name,
    candles: Boolean(has.fetchOHLCV) && has.fetchOHLCV !== "emulated",
    funding: Boolean(has.fetchFundingRateHistory) && has.fetchFundingRateHistory !== "emulated",
    timeframes: Object.keys(timeframes ?? {}),
  };
}

const renderList = (exchanges: ExchangeSummary[]) =>
  `[\n${exchanges.map((exchange) => `  ${JSON.stringify(exchange)}`).join(",\n")}\n]\n`;

function ccxtVersion(): string {
  const path = createRequire(import.meta.url)
    .resolve("ccxt")
    .replace(/\/(js|dist)\/.*$/, "/package.json");
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}
