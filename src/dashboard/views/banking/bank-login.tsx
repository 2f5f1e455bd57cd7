import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { Loaded } from "../../components/loaded.tsx";
import { useLoad } from "../../components/use-load.ts";
import { CodeForwarder } from "./code-forwarder.tsx";
import { CollectNow } from "./collect-now.tsx";
import { DailyTime } from "./daily-time.tsx";
import { isRunChange } from "./collection.ts";
import { StoredLogin } from "./stored-login.tsx";

/** The stored login, and all that happens by it. */
export function BankLogin() {
  const banks = useLoad((signal) => dataOrThrow(api.GET("/netbank/banks", { signal })), []);
  const status = useLoad((signal) => dataOrThrow(api.GET("/user/job-status", { signal })), [], {
    refreshOn: isRunChange,
  });
  return (
    <Loaded of={banks}>
      {({ banks: known }) => (
        <Loaded of={status}>
          {(state) => (
            <div class="columns">
              <div>
                <StoredLogin banks={known} status={state} onChange={status.reload} />
                {state.credentials && (
                  <DailyTime
                    key={`${state.credentials.stored_at} ${state.credentials.refused_at}`}
                    onChange={status.reload}
                  />
                )}
              </div>
              <div>
                <CollectNow status={state} onStart={status.reload} />
                {state.credentials && <CodeForwarder />}
              </div>
            </div>
          )}
        </Loaded>
      )}
    </Loaded>
  );
}
