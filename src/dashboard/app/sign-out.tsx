import { dataOrThrow } from "../../client/client.ts";
import { useAction } from "../components/use-action.ts";
import { api } from "./api.ts";
import { person } from "./session.ts";

/** Ends the person's sessions; what is collected on a schedule goes on. The page stays where it is when that fails. */
export function SignOutButton({ label }: { label: string }) {
  const leave = useAction(async () => {
    await dataOrThrow(api.POST("/auth/cookie/logout")).catch((error: unknown) => {
      // Nobody is signed in any more: that is what was wanted.
      if (person.peek() !== null) throw error;
    });
    person.value = null;
  });
  return (
    <>
      <button type="button" disabled={leave.isBusy} onClick={() => void leave.run()}>
        {label}
      </button>
      {leave.error && (
        <span class="bad" role="alert">
          {leave.error}
        </span>
      )}
    </>
  );
}
