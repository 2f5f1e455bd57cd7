import { useState } from "preact/hooks";
import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { PlainText } from "../../components/plain-text.tsx";
import { useAction } from "../../components/use-action.ts";

interface Outcome {
  ok: boolean;
  identity: string | null;
  error: string | null;
  services: { service: string; ok: boolean; missing: string[] }[];
}

/** Tries an account's credentials, and says what they may not read. */
export function AccountCheck({ account: { provider, account } }: { account: Schemas["CloudCredentials"] }) {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const check = useAction(async () => {
    const params = { path: { provider, account } };
    setOutcome(await dataOrThrow(api.POST("/api/v1/extraction/credentials/{provider}/{account}/check", { params })));
  });
  return (
    <>
      <button type="button" disabled={check.isBusy} onClick={() => void check.run()}>
        {check.isBusy ? "Checking …" : "Check"}
      </button>
      <div role="status">
        {check.error && <span class="bad">{check.error}</span>}
        {outcome && <CheckOutcome outcome={outcome} />}
      </div>
    </>
  );
}

function CheckOutcome({ outcome: { ok, identity, error, services } }: { outcome: Outcome }) {
  if (error !== null) {
    return (
      <span class="bad">
        <PlainText of={error} />
      </span>
    );
  }
  if (ok)
    return (
      <span class="good">
        Everything can be read
        {identity && (
          <>
            {" "}
            as <PlainText of={identity} />
          </>
        )}
      </span>
    );
  const lacking = services.filter((service) => !service.ok);
  return (
    <details>
      <summary class="fair">{`${lacking.length} of ${services.length} services cannot be read`}</summary>
      <ul>
        {lacking.map(({ service, missing }) => (
          <li key={service}>
            {service}: <PlainText of={missing.join(", ")} />
          </li>
        ))}
      </ul>
    </details>
  );
}
