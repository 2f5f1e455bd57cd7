import type { SourceIo } from "../../../src/connectors/sources/source.ts";

/** For sources that are read over HTTP. */
export const withoutSockets: Pick<SourceIo, "connect" | "hyperdrive"> = {
  connect: async ({ host }) => {
    throw new Error(`nobody expected a connection to ${host}`);
  },
  hyperdrive: (name) => {
    throw new Error(`nobody expected the binding ${name}`);
  },
};
