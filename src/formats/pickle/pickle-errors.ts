import { type AppError, badRequest } from "../../errors.ts";

/** 400 `DESERIALIZATION_ERROR`: the pickle is damaged, too much, or holds what is not read. */
export const unreadablePickle = (message: string): AppError => badRequest(message, "DESERIALIZATION_ERROR");

/** What a part of the pickle should have been, as in "the shape of an array". */
export const malformed = (what: string): AppError => unreadablePickle(`The pickle is damaged: ${what} cannot be read`);
