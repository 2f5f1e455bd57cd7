import type { ComponentType } from "preact";
import { linkTo, route } from "../../app/route.ts";
import { person } from "../../app/session.ts";
import { Tabs } from "../../components/tabs.tsx";
import { Account } from "./account.tsx";
import { Audit } from "./audit.tsx";
import { Configuration } from "./configuration.tsx";
import { Notifications } from "./notifications.tsx";
import { Schedules } from "./schedules.tsx";
import { StorageCheck } from "./storage-check.tsx";
import { Tokens } from "./tokens.tsx";
import { Users } from "./users.tsx";
import { Vault } from "./vault.tsx";

interface Tab {
  title: string;
  Content: ComponentType;
  isForAdmins?: boolean;
}

const tabs: Record<string, Tab> = {
  account: { title: "Account", Content: Account },
  schedules: { title: "Schedules", Content: Schedules },
  notifications: { title: "Notifications", Content: Notifications },
  users: { title: "Users", Content: Users, isForAdmins: true },
  tokens: { title: "API tokens", Content: Tokens, isForAdmins: true },
  vault: { title: "Vault", Content: Vault, isForAdmins: true },
  storage: { title: "Storage", Content: StorageCheck, isForAdmins: true },
  configuration: { title: "Configuration", Content: Configuration, isForAdmins: true },
  audit: { title: "Audit", Content: Audit, isForAdmins: true },
};

/** The own account for everybody; users, keys and the like for admins. */
export function View() {
  const isAdmin = person.value?.role === "admin";
  const mine = Object.entries(tabs).filter(([, { isForAdmins }]) => isAdmin || !isForAdmins);
  const current = route.value.path[0] ?? "account";
  const tab = mine.find(([part]) => part === current)?.[1];
  return (
    <>
      <h1>Settings</h1>
      <Tabs
        label="Settings"
        view="settings"
        tabs={Object.fromEntries(mine.map(([part, { title }]) => [part, title]))}
        current={current}
      />
      {tab ? (
        <tab.Content />
      ) : (
        <p>
          There is no such page here, or it is for admins. Go to <a href={linkTo("settings")}>your account</a>.
        </p>
      )}
    </>
  );
}
