import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { person } from "../../app/session.ts";
import { SignOutButton } from "../../app/sign-out.tsx";
import { ConfirmButton } from "../../components/dialog.tsx";

/** The two ways out, with what each does. */
export function WaysOut() {
  const forget = async () => {
    await dataOrThrow(api.POST("/user/logout"));
    person.value = null;
  };
  return (
    <section class="card" aria-labelledby="ways-out">
      <h2 id="ways-out">Two ways out</h2>
      <div class="stack">
        <div>
          <p>Ends your sessions, in other browsers too. What is collected for you on a schedule goes on.</p>
          <SignOutButton label="Sign out everywhere" />
        </div>
        <div>
          <p>
            Ends your sessions everywhere, stops collecting from your bank and removes your stored bank login. Files and
            reports that were collected stay.
          </p>
          <ConfirmButton
            label="Stop collecting and forget my bank login"
            question="You are signed out everywhere, nothing is collected from your bank any more, and the stored bank login is removed. You can sign in again and store it anew."
            onConfirm={forget}
          />
        </div>
      </div>
    </section>
  );
}
