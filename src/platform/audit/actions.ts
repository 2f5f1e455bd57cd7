export const AUDIT_ACTIONS = ["create", "update", "delete", "restore", "login", "login_failed", "logout"] as const;
/** What somebody did to something. */
export type AuditAction = (typeof AUDIT_ACTIONS)[number];
