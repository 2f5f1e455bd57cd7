import { at, same } from "../../fields.ts";
import { items, texts } from "../../json.ts";
import type { CloudService } from "../../service.ts";
import type { GcpCall } from "../client.ts";
import { regionOf, resourceName } from "../names.ts";

const api = "firestore.googleapis.com";

/** Databases and the collections at their root (Cloud Firestore API v1). */
export const firestore: CloudService<GcpCall> = {
  service: "firestore",
  description: "Extracts Firestore databases and their root collections",
  scope: "global",
  api,
  listings: [
    {
      name: "databases",
      call: ({ account }) => ({ api, path: `/v1/projects/${account}/databases` }),
      items: (body) => items(body["databases"]),
      details: {
        collections: {
          // Databases in Datastore mode have kinds, and refuse to list collections.
          call: ([database]) =>
            database?.["type"] === "FIRESTORE_NATIVE"
              ? {
                  api,
                  path: `/v1/${resourceName(database)}/documents:listCollectionIds`,
                  method: "POST",
                  body: { pageSize: 300 },
                }
              : null,
          entries: (body) => texts(body["collectionIds"]),
        },
      },
      resources: [
        {
          type: "database",
          id: resourceName,
          region: ({ locationId }) => regionOf(locationId),
          configuration: {
            ...same("name create_time update_time location_id"),
            database_type: at("type"),
            ...same("concurrency_mode"),
          },
        },
        {
          type: "collection",
          each: (database) =>
            texts(database["collections"]).map((name) => ({
              name,
              databaseName: database["name"],
              locationId: database["locationId"],
            })),
          id: ({ databaseName, name }) => `${String(databaseName)}/documents/${String(name)}`,
          region: ({ locationId }) => regionOf(locationId),
          configuration: same("name database_name location_id"),
        },
      ],
    },
  ],
};
