import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { ConfirmButton } from "../../components/dialog.tsx";
import { formatValue } from "../../components/format.ts";
import { Loaded } from "../../components/loaded.tsx";
import { notify } from "../../components/notices.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { Table } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { useLoad } from "../../components/use-load.ts";
import { AccountCheck } from "./account-check.tsx";
import { AccountForm } from "./account-form.tsx";
import { nameOfCloud } from "./clouds.ts";

type Account = Schemas["CloudCredentials"];

/** The accounts that scans read, without their secrets. */
export function AccountList() {
  const load = useLoad((signal) => dataOrThrow(api.GET("/api/v1/extraction/credentials", { signal })), []);
  const remove = async ({ provider, account }: Account) => {
    const params = { path: { provider, account } };
    const call = api.DELETE("/api/v1/extraction/credentials/{provider}/{account}", { params });
    notify((await dataOrThrow(call)).message);
    load.reload();
  };
  return (
    <>
      <section aria-labelledby="accounts">
        <h2 id="accounts">Accounts</h2>
        <Loaded of={load}>
          {({ accounts }) => (
            <Table
              label="Accounts"
              rows={accounts}
              keyOf={({ provider, account }) => `${provider} ${account}`}
              empty="No credentials are stored. Add an account below, with a role that may only read."
              columns={[
                { title: "Cloud", cell: ({ provider }) => nameOfCloud(provider) },
                { title: "Account", cell: ({ account }) => <PlainText of={account} /> },
                { title: "Credentials", cell: ({ credentials }) => <PlainText of={describe(credentials)} /> },
                { title: "Stored", cell: ({ updated_at }) => <Time at={updated_at} /> },
                { title: "Works", cell: (row) => <AccountCheck account={row} /> },
                {
                  title: "Change",
                  cell: (row) => (
                    <ConfirmButton
                      label="Delete"
                      question={`The credentials of ${row.account} are deleted. What was found with them stays.`}
                      onConfirm={() => remove(row)}
                    />
                  ),
                },
              ]}
            />
          )}
        </Loaded>
      </section>
      <section class="card" aria-labelledby="add">
        <h2 id="add">Add an account</h2>
        <AccountForm onDone={load.reload} />
      </section>
    </>
  );
}

/** Secrets are `****` already. */
const describe = (credentials: Account["credentials"]) =>
  Object.entries(credentials)
    .map(([name, value]) => `${name.replaceAll("_", " ")}: ${formatValue(value)}`)
    .join(", ");
