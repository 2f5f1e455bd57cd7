import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { goTo, linkTo } from "../../app/route.ts";
import { Loaded } from "../../components/loaded.tsx";
import { notify } from "../../components/notices.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import type { Column } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { useLoad } from "../../components/use-load.ts";
import { pageOf } from "../../components/lists.ts";
import { type ListQuery, ResourceList } from "./resource-list.tsx";
import { ResourcePage } from "./resource-page.tsx";
import { ServiceAccountForm } from "./service-account-form.tsx";

const columns: Column<Schemas["ServiceAccount"]>[] = [
  { title: "Domain", cell: ({ domain }) => <PlainText of={domain ?? ""} /> },
  { title: "User name", cell: ({ username }) => <PlainText of={username} /> },
  { title: "Changed", cell: ({ updated_at }) => <Time at={updated_at} /> },
];

const read = async (query: ListQuery, signal: AbortSignal) =>
  pageOf(await dataOrThrow(api.GET("/api/service-accounts", { params: { query }, signal })));

const restore = (id: string) =>
  dataOrThrow(api.POST("/api/service-accounts/{id}/restore", { params: { path: { id } } }));

/** What Windows shares are opened with: the list, one of them, or the form for a new one. */
export function ServiceAccounts({ id }: { id: string | undefined }) {
  if (id === undefined) {
    return (
      <ResourceList
        title="Service accounts"
        part="accounts"
        add="Add a service account"
        empty="There are none yet. Windows shares need one; other instruments have their logins in their settings."
        columns={columns}
        read={read}
        restore={restore}
      />
    );
  }
  if (id !== "new") return <One key={id} id={id} />;
  return (
    <ResourcePage part="accounts" all="All service accounts" title="Add a service account">
      <ServiceAccountForm
        save={async (body) => {
          const made = await dataOrThrow(api.POST("/api/service-accounts", { body }));
          goTo(linkTo("instruments", ["accounts", made.id]));
        }}
      />
    </ResourcePage>
  );
}

function One({ id }: { id: string }) {
  const at = { params: { path: { id } } };
  const account = useLoad((signal) => dataOrThrow(api.GET("/api/service-accounts/{id}", { ...at, signal })), [id]);
  return (
    <Loaded of={account}>
      {(found) => (
        <ResourcePage
          part="accounts"
          all="All service accounts"
          title={found.name}
          remove={() => dataOrThrow(api.DELETE("/api/service-accounts/{id}", at))}
        >
          <ServiceAccountForm
            key={found.updated_at}
            account={found}
            save={async (body) => {
              await dataOrThrow(api.PATCH("/api/service-accounts/{id}", { ...at, body }));
              notify("The service account is saved");
              account.reload();
            }}
          />
        </ResourcePage>
      )}
    </Loaded>
  );
}
