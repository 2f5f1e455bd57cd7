import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { Facts } from "../../components/facts.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { useLoad } from "../../components/use-load.ts";
import { EmailForm } from "./email-form.tsx";
import { PasswordForm } from "./password-form.tsx";
import { WaysOut } from "./ways-out.tsx";

/** Who is signed in, with what they may change of themselves, and the two ways out. */
export function Account() {
  const me = useLoad((signal) => dataOrThrow(api.GET("/users/me", { signal })), []);
  return (
    <Loaded of={me}>
      {({ email, role, is_verified }) => (
        <div class="flow">
          <section class="card" aria-labelledby="who">
            <h2 id="who">Who you are</h2>
            <Facts
              of={{
                "E-mail address": email,
                Role: role === "admin" ? "Admin: may do everything but see other people's bank data" : "User",
                Confirmed: is_verified ? "yes" : "not yet",
              }}
            />
          </section>
          <WaysOut />
          <EmailForm email={email} onChanged={me.reload} />
          <PasswordForm />
        </div>
      )}
    </Loaded>
  );
}
