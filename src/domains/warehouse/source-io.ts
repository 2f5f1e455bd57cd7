import type { SourceIo } from "../../connectors/sources/source.ts";
import type { Context } from "../../context.ts";
import { unprocessable } from "../../errors.ts";
import { checkUserUrl } from "../../platform/outbound/addresses.ts";
import { connectTcp } from "../../platform/outbound/connect.ts";
import { upstreamFetch } from "../../platform/outbound/upstream-fetch.ts";
import { resolveSecret } from "./secrets.ts";

/** What sources may use of the world: public hosts, and those of `ALLOW_PRIVATE_HOSTS`. */
export const sourceIo = (ctx: Context): SourceIo => ({
  fetch: publicFetch(ctx),
  now: ctx.now,
  secret: (name) => resolveSecret(ctx, name),
  connect: (address, transport) => connectTcp(ctx, address, transport),
  hyperdrive: (name) => {
    const binding = ctx.hyperdrive(name);
    if (!binding) throw unprocessable([{ field: "config", message: `there is no Hyperdrive binding ${name}` }]);
    return binding;
  },
});

/** People write the addresses of sources into configs. */
function publicFetch(ctx: Context): typeof fetch {
  const fetchUpstream = upstreamFetch(ctx);
  return async (input, init) => {
    checkUserUrl(input instanceof Request ? input.url : String(input), ctx.config.ALLOW_PRIVATE_HOSTS);
    return fetchUpstream(input, init);
  };
}
