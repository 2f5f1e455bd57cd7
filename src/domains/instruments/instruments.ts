import { filesystemSettings, filesystemTypes, secretSettings } from "../../connectors/filesystems/filesystems.ts";
import { type FieldError, unprocessable } from "../../errors.ts";
import type { Context } from "../../context.ts";
import { cancelJobsOfSubject } from "../../platform/jobs/control.ts";
import { isoTime } from "../../platform/jobs/render.ts";
import type { JsonObject } from "../../platform/jobs/tables.ts";
import { safeSegment } from "../../platform/storage/segments.ts";
import { harvestSubject } from "./harvest-subject.ts";
import { ownColumns, showManaged } from "./managed-row.ts";
import { requireReference } from "./references.ts";
import type { Resource } from "./resource.ts";
import type { SecretPlace } from "./resource-secrets.ts";
import { stopSchedulesOf } from "./schedule.store.ts";
import { serviceAccountResource } from "./service-accounts.ts";
import { instruments, type TransferAdapter } from "./tables.ts";

export type InstrumentRow = typeof instruments.$inferSelect;

export interface InstrumentFields {
  name: string;
  description: string | null;
  location: string | null;
  pid: string | null;
  cifs_host: string | null;
  cifs_share: string | null;
  cifs_base_path: string | null;
  service_account_id: string | null;
  transfer_adapter: TransferAdapter;
  transfer_config: JsonObject | null;
  enabled: boolean;
}

export const instrumentResource: Resource<InstrumentRow, InstrumentFields> = {
  title: "Instrument",
  entity_type: "instrument",
  table: instruments,
  fieldsOf: (row) => {
    const { last_harvested_at: _last_harvested_at, ...fields } = ownColumns(row);
    return fields;
  },
  check: checkInstrument,
  secrets: ({ transfer_config }) => secretPlaceOf(transfer_config),
  whenDeleted: { enabled: false },
  show: (row) => ({ ...showManaged(row), last_harvested_at: isoTime(row.last_harvested_at) }),
  async onDelete(ctx, { id }) {
    await stopSchedulesOf(ctx.db, id, ctx.now());
    await cancelJobsOfSubject(ctx, harvestSubject(id));
  },
};

/** Whether a config names one of our own filesystems; any other is an instrument of the document, which is a share. */
export const namesFilesystem = (config: JsonObject | null): config is JsonObject & { type: unknown } =>
  config !== null && "type" in config;

async function checkInstrument(ctx: Context, fields: InstrumentFields): Promise<InstrumentFields> {
  const name = safeSegment(fields.name);
  if (fields.service_account_id !== null) {
    await requireReference(ctx, serviceAccountResource, fields.service_account_id, "service_account_id");
  }
  if (!namesFilesystem(fields.transfer_config)) {
    requireShare(fields);
    return { ...fields, name };
  }
  const parsed = filesystemSettings.safeParse(fields.transfer_config);
  if (parsed.success) return { ...fields, name, transfer_config: parsed.data };
  throw unprocessable(
    parsed.error.issues.map(({ path, message }) => ({ field: ["transfer_config", ...path].join("."), message })),
  );
}

function requireShare({ cifs_host, cifs_share }: InstrumentFields): void {
  const errors: FieldError[] = Object.entries({ cifs_host, cifs_share })
    .filter(([, value]) => value === null)
    .map(([field]) => ({ field, message: "is required unless transfer_config has a type" }));
  if (errors.length > 0) throw unprocessable(errors);
}

/** Options of the original's own programs may hold passwords, too, under whatever name. */
const SECRET_NAME = /pass|secret|token|key|credential/i;

function secretPlaceOf(config: JsonObject | null): SecretPlace | null {
  if (config === null) return null;
  const type = config["type"];
  const known = Object.keys(filesystemTypes).find((name): name is keyof typeof filesystemTypes => name === type);
  const keys = known ? secretSettings(known) : Object.keys(config).filter((name) => SECRET_NAME.test(name));
  return { field: "transfer_config", keys };
}
