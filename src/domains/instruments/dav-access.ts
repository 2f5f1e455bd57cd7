import { Buffer } from "node:buffer";
import type { Context } from "../../context.ts";
import { AppError, conflict, notFound } from "../../errors.ts";
import { findTokenInstrument } from "./instrument-tokens.ts";
import type { InstrumentRow } from "./instruments.ts";

/**
 * The instrument that a request's token delivers for: the password of Basic authentication (RFC 7617), whatever the user.
 * Throws 401 without a token that counts, 404 for another instrument, and 409 for one that takes no files.
 */
export async function requireDavInstrument(ctx: Context, request: Request, id: string): Promise<InstrumentRow> {
  const token = readPassword(request.headers.get("Authorization"));
  if (token === null) throw unauthorized("MISSING_TOKEN", "The token of an instrument is needed as the password");
  const instrument = await findTokenInstrument(ctx, token);
  if (!instrument) throw unauthorized("INVALID_TOKEN", "Token is invalid or revoked");
  if (instrument.id !== id) throw notFound("Instrument not found");
  if (instrument.deleted_at !== null) throw conflict("Instrument has been deleted");
  if (!instrument.enabled) throw conflict("Instrument is disabled");
  if (instrument.transfer_config?.["type"] !== "push") {
    throw conflict("The instrument's files are harvested: its transfer_config is not of the type push");
  }
  return instrument;
}

const unauthorized = (code: string, message: string) =>
  new AppError(401, code, message, { headers: { "WWW-Authenticate": 'Basic realm="Catchment", charset="UTF-8"' } });

function readPassword(header: string | null): string | null {
  const encoded = /^Basic +([A-Za-z0-9+/=_-]+) *$/i.exec(header ?? "")?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon < 0 ? null : text.slice(colon + 1);
}
