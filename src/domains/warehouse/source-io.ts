import type { SourceIo } from "../../connectors/sources/source.ts";
import type { Context } from "../../context.ts";
import { unprocessable } from "../../errors.ts";
import { connectTcp } from "../../platform/outbound/connect.ts";
import { upstreamFetch } from "../../platform/outbound/upstream-fetch.ts";
import { resolveSecret } from "./secrets.ts";

/** What sources may use of the world. */
export const sourceIo = (ctx: Context): SourceIo => ({
  fetch: upstreamFetch(ctx),
  now: ctx.now,
  secret: (name) => resolveSecret(ctx, name),
  connect: (address, transport) => connectTcp(ctx, address, transport),
  hyperdrive: (name) => {
    const binding = ctx.hyperdrive(name);
    if (!binding) throw unprocessable([{ field: "config", message: `there is no Hyperdrive binding ${name}` }]);
    return binding;
  },
});
