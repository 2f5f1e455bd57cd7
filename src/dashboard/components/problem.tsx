import { ApiError } from "../../client/api-error.ts";

interface ProblemProps {
  error: Error;
  onRetry?: () => void;
}

/** Says what went wrong, and lets a person try again. */
export function Problem({ error, onRetry }: ProblemProps) {
  return (
    <div class="card problem" role="alert">
      <p>{explain(error)}</p>
      {onRetry && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** What the sign-in's routes answer with a code alone. */
const SENTENCES: Record<string, string> = {
  UPDATE_USER_EMAIL_ALREADY_EXISTS: "Somebody has this e-mail address already.",
  CHANGE_PASSWORD_INVALID_PASSWORD: "The current password is wrong, or the new one is too short.",
  RESET_PASSWORD_BAD_TOKEN: "This link has been used, or is too old. Ask for a new one.",
  VERIFY_USER_BAD_TOKEN: "This link has been used, or is too old.",
  VERIFY_USER_ALREADY_VERIFIED: "Your address is confirmed already.",
};

/** An error as a sentence for people. */
export function explain(error: Error): string {
  if (!(error instanceof ApiError)) return `The page has a fault: ${error.message}`;
  if (error.status === 0) return "The server does not answer. Try again in a moment.";
  if (error.code === "FORBIDDEN") return `${error.message}. An administrator can give you a grant.`;
  return SENTENCES[error.message] ?? error.message;
}
