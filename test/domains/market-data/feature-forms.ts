import { exports } from "cloudflare:workers";

export const FIELDS = {
  exchange: "BINANCE",
  market: "SPOT",
  symbol: "BTCUSDT",
  feature_set: "rsi_indicators",
  version: "1.0.0",
};

export const ask = (path: string, init?: RequestInit) => exports.default.fetch(`http://localhost${path}`, init);

/** A form as the document's curl sends it: the file before the fields. */
export function formWith(file: Blob, fields: Record<string, string> = FIELDS, filename = "features.parquet"): FormData {
  const form = new FormData();
  form.append("file", file, filename);
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return form;
}

export const upload = (form: FormData, path = "/features/upload") => ask(path, { method: "POST", body: form });

export const bytesOf = (text: string) => new Blob([text]);

export async function sha256Of(data: BufferSource): Promise<string> {
  return Buffer.from(await crypto.subtle.digest("SHA-256", data)).toString("hex");
}
