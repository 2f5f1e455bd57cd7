import type { Schemas } from "../../../client/client.ts";

export type AuditAction = Schemas["AuditEntry"]["action"];

/** What is audited, by its type. */
export const AUDIT_KINDS: Record<string, string> = {
  account: "Account",
  api_token: "API token",
  bank_file: "File of a bank",
  bank_login: "Bank login",
  bank_report: "Bank report",
  bank_schedule: "Daily collection",
  cloud_credential: "Cloud account",
  code_forwarder: "Phone key for codes",
  csv_file: "CSV file",
  dataset: "Market data file",
  dbt_file: "File of the dbt project",
  feature: "Feature",
  file: "File",
  group: "Group",
  history: "History of a symbol",
  hook: "Hook",
  instrument: "Instrument",
  instrument_token: "Token of an instrument",
  project: "Project",
  schedule: "Schedule",
  secret: "Secret of sources",
  service_account: "Service account",
  source: "Source",
  source_schedule: "Schedule of a source",
  storage_check: "Check of the storage",
  storage_location: "Storage location",
  upload: "Upload",
  user: "User",
  vault: "Vault",
};

export const AUDIT_ACTIONS: Record<AuditAction, string> = {
  create: "created",
  update: "changed",
  delete: "deleted",
  restore: "restored",
  login: "signed in",
  login_failed: "failed to sign in",
  logout: "signed out",
};

export const isAuditAction = (text: string | null): text is AuditAction => text !== null && text in AUDIT_ACTIONS;
