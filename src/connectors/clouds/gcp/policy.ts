import type { Item } from "../json.ts";
import type { Detail } from "../service.ts";
import type { GcpCall } from "./client.ts";

/** The IAM policy of an item, conditions included (version 3); `path` is the resource's, such as `/v3/folders/1`. */
export const policyDetail = (api: string, path: (item: Item) => string): Detail<GcpCall> => ({
  call: ([item]) =>
    item
      ? { api, path: `${path(item)}:getIamPolicy`, method: "POST", body: { options: { requestedPolicyVersion: 3 } } }
      : null,
});
