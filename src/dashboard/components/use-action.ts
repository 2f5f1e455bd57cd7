import { useState } from "preact/hooks";
import { ApiError } from "../../client/api-error.ts";
import { explain } from "./problem.tsx";

export interface Action<Input extends unknown[]> {
  isBusy: boolean;
  /** What went wrong the last time, as a sentence. */
  error: string | null;
  /** What the server says of single fields, by their name. */
  fieldErrors: Record<string, string>;
  /** Does it, unless it is being done; true when it was. */
  run: (...input: Input) => Promise<boolean>;
}

/** Something a person starts: once at a time, and with its failure to show. */
export function useAction<Input extends unknown[]>(act: (...input: Input) => Promise<unknown>): Action<Input> {
  const [state, setState] = useState<Omit<Action<Input>, "run">>({ isBusy: false, error: null, fieldErrors: {} });
  const run = async (...input: Input) => {
    if (state.isBusy) return false;
    setState({ isBusy: true, error: null, fieldErrors: {} });
    try {
      await act(...input);
      setState({ isBusy: false, error: null, fieldErrors: {} });
      return true;
    } catch (fault) {
      const error = fault instanceof Error ? fault : new Error(String(fault));
      setState({ isBusy: false, error: explain(error), fieldErrors: fieldErrorsOf(error) });
      return false;
    }
  };
  return { ...state, run };
}

/** The first thing that is said of a field. */
const fieldErrorsOf = (error: Error) =>
  error instanceof ApiError
    ? Object.fromEntries(error.errors.toReversed().map(({ field, message }) => [field, message]))
    : {};
