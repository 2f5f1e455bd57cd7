import { FilesystemFailure } from "../../connectors/filesystems/failures.ts";
import { AppError } from "../../errors.ts";

/** Whether a connection was cut, which the next try may not meet. */
export const isCut = (error: unknown) => error instanceof FilesystemFailure && error.kind === "unreachable";

/** Runs once more what a cut ended, for a connection may be cut by chance. */
export function retryCut<Result>(run: () => Promise<Result>): Promise<Result> {
  return run().catch((cut: unknown) => {
    if (!isCut(cut)) throw cut;
    return run().catch((error: unknown) => {
      // A circuit that has opened meanwhile says less than what opened it.
      throw error instanceof AppError && error.status === 503 ? cut : error;
    });
  });
}
