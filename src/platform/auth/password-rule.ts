const LEAST_CHARACTERS = 8;

/** Why a new password is not taken, as a sentence; null when it is fine. */
export function passwordProblem(password: string): string | null {
  if (password.length >= LEAST_CHARACTERS) return null;
  return `Password should have at least ${LEAST_CHARACTERS} characters`;
}
