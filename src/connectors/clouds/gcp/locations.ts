import { GLOBAL_REGION } from "../artifact.ts";
import { items } from "../json.ts";
import type { Listing } from "../service.ts";
import type { GcpCall } from "./client.ts";
import { regionOf } from "./names.ts";

/** The locations of an API that cannot list all of them at once; only those in the regions wanted. */
export const locationsOf = (api: string, version: string): Listing<GcpCall> => ({
  name: "locations",
  call: ({ account }) => ({ api, path: `/${version}/projects/${account}/locations` }),
  items: (body, { regions }) =>
    items(body["locations"]).filter(({ locationId }) => {
      const region = regionOf(locationId);
      return regions === null || region === GLOBAL_REGION || regions.includes(region);
    }),
  resources: [],
});
