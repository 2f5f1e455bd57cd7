import { ApiError } from "../../client/api-error.ts";

/** What the page itself finds wrong with a field, in the form in which the server would say it. */
export const refuseField = (field: string, message: string) =>
  new ApiError(422, { code: "VALIDATION_ERROR", message, errors: [{ field, message }] });
