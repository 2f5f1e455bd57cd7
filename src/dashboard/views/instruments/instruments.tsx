import { route } from "../../app/route.ts";
import { person } from "../../app/session.ts";
import { Tabs } from "../../components/tabs.tsx";
import { AuditLog } from "./audit-log.tsx";
import { FilePage } from "./file-page.tsx";
import { Files } from "./files.tsx";
import { Groups } from "./groups.tsx";
import { Hooks } from "./hooks.tsx";
import { Instruments } from "./instrument-list.tsx";
import { Projects } from "./projects.tsx";
import { ServiceAccounts } from "./service-accounts.tsx";
import { StorageLocations } from "./storage-locations.tsx";
import { Transfers } from "./transfers.tsx";

const forMembers = { files: "Files", transfers: "Transfers" };
const forAdmins = {
  instruments: "Instruments",
  ...forMembers,
  storage: "Storage",
  hooks: "Hooks",
  groups: "Groups",
  projects: "Projects",
  accounts: "Service accounts",
  audit: "Changes",
};

/** Laboratory instruments, what they bring, and who sees it. */
export function View() {
  const tabs: Record<string, string> = person.value?.role === "admin" ? forAdmins : forMembers;
  const [part = Object.keys(tabs)[0] ?? "", ...path] = route.value.path;
  return (
    <>
      <h1>Instruments</h1>
      <Tabs label="Parts of instruments" view="instruments" tabs={tabs} current={part} />
      {part in tabs ? <Part part={part} path={path} /> : <p>There is no such page, or it is for admins.</p>}
    </>
  );
}

function Part({ part, path }: { part: string; path: string[] }) {
  const [id] = path;
  switch (part) {
    case "instruments":
      return <Instruments path={path} />;
    case "files":
      return id === undefined ? <Files /> : <FilePage key={id} id={id} />;
    case "transfers":
      return <Transfers />;
    case "storage":
      return <StorageLocations id={id} />;
    case "hooks":
      return <Hooks id={id} />;
    case "groups":
      return <Groups id={id} />;
    case "projects":
      return <Projects id={id} />;
    case "accounts":
      return <ServiceAccounts id={id} />;
    default:
      return <AuditLog />;
  }
}
