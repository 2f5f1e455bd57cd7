import { useState } from "preact/hooks";
import { Door } from "./door.tsx";
import { linkTo } from "./route.ts";
import { farewell, signIn } from "./session.ts";

/** The door: e-mail address and password. After it the page goes on where its address says. */
export function SignIn() {
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    setRefusal(
      await signIn(String(fields.get("email")), String(fields.get("password"))).catch(
        () => "The server does not answer. Try again in a moment.",
      ),
    );
    setBusy(false);
  };
  return (
    <Door title="Sign in">
      {farewell.value !== null && <p role="status">{farewell.value}</p>}
      <form class="stack" onSubmit={submit}>
        <label class="field">
          E-mail address
          <input name="email" type="email" autocomplete="username" required />
        </label>
        <label class="field">
          Password
          <input name="password" type="password" autocomplete="current-password" required />
        </label>
        <p class="bad" role="alert">
          {refusal}
        </p>
        <div class="row">
          <button type="submit" class="primary" disabled={isBusy}>
            {isBusy ? "Signing in …" : "Sign in"}
          </button>
          <a href={linkTo("forgot-password")}>Forgot the password?</a>
        </div>
      </form>
    </Door>
  );
}
