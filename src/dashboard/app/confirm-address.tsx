import { useEffect, useState } from "preact/hooks";
import { dataOrThrow } from "../../client/client.ts";
import { Problem } from "../components/problem.tsx";
import { api } from "./api.ts";
import { Door } from "./door.tsx";
import { takeMailedToken } from "./mailed-token.ts";
import { linkTo } from "./route.ts";

/** Where the mailed link leads that confirms an e-mail address. */
export function ConfirmAddress() {
  const [token] = useState(takeMailedToken);
  const [outcome, setOutcome] = useState<"asking" | "confirmed" | Error>("asking");
  useEffect(() => {
    dataOrThrow(api.POST("/auth/verify", { body: { token } })).then(
      () => setOutcome("confirmed"),
      (error: Error) => setOutcome(error),
    );
  }, [token]);
  return (
    <Door title="Confirm your e-mail address">
      {outcome === "asking" && <p>One moment …</p>}
      {outcome === "confirmed" && <p role="status">Your address is confirmed.</p>}
      {outcome instanceof Error && <Problem error={outcome} />}
      <p>
        <a href={linkTo("")}>Go on</a>
      </p>
    </Door>
  );
}
