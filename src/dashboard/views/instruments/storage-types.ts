import type { Schemas } from "../../../client/client.ts";
import type { JsonSchema } from "../../components/schema-form.tsx";

type StorageType = Schemas["StorageLocation"]["type"];

interface StorageKind {
  title: string;
  hint: string;
  settings: JsonSchema;
}

const text = (description?: string): JsonSchema => ({ type: "string", ...(description && { description }) });
const settingsOf = (properties: Record<string, JsonSchema>, required: string[]): JsonSchema => ({
  type: "object",
  properties,
  required,
});

/** What a storage location can be, with the settings that the API's reference names. */
export const storageKinds: Record<StorageType, StorageKind> = {
  posix: {
    title: "The platform's own storage",
    hint: "Needs nothing more: files go to the lake, below the folder.",
    settings: settingsOf({}, []),
  },
  s3: {
    title: "S3 bucket",
    hint: "Of AWS or anything compatible.",
    settings: settingsOf(
      {
        bucket: text(),
        region: text("Such as eu-central-1"),
        access_key_id: text(),
        secret_access_key: text(),
        endpoint_url: text("Address of the S3 API; that of the region when empty"),
      },
      ["bucket", "region", "access_key_id", "secret_access_key"],
    ),
  },
  cifs: {
    title: "Windows share",
    hint: "A folder of a Windows or Samba server.",
    settings: settingsOf({ host: text(), share: text(), username: text(), password: text(), domain: text() }, [
      ...["host", "share", "username", "password"],
    ]),
  },
  nfs: {
    title: "NFS",
    hint: "Kept for the record: it cannot be reached from here.",
    settings: settingsOf({ host: text(), export_path: text(), mount_options: text() }, ["host", "export_path"]),
  },
};

export const isStorageType = (name: string): name is StorageType => name in storageKinds;
