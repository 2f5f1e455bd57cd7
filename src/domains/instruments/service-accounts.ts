import { MASK } from "../../platform/audit/audit.ts";
import { showManaged } from "./managed-row.ts";
import type { Resource } from "./resource.ts";
import { serviceAccounts } from "./tables.ts";

export type ServiceAccountRow = typeof serviceAccounts.$inferSelect;

export interface ServiceAccountFields {
  name: string;
  domain: string | null;
  username: string;
  password: string;
}

/** Whom shares are opened as; nobody is ever shown the password. */
export const serviceAccountResource: Resource<ServiceAccountRow, ServiceAccountFields> = {
  title: "Service account",
  entity_type: "service_account",
  table: serviceAccounts,
  fieldsOf: ({ name, domain, username }) => ({ name, domain, username, password: MASK }),
  secrets: () => ({ field: null, keys: ["password"] }),
  columnsOf: (_ctx, { name, domain, username }) => ({ name, domain, username }),
  show: showManaged,
};
