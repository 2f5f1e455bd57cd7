import { databaseMessage } from "./database-message.ts";

/** Whether a statement failed because a row with these values is there already. */
export const isUniqueViolation = (error: unknown): boolean => databaseMessage(error).includes("UNIQUE constraint");
