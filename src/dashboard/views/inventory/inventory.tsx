import { route } from "../../app/route.ts";
import { Tabs } from "../../components/tabs.tsx";
import { AccountList } from "./account-list.tsx";
import { ComparePage } from "./compare-page.tsx";
import { ResourceList } from "./resource-list.tsx";
import { ScanList } from "./scan-list.tsx";
import { ScanPage } from "./scan-page.tsx";
import { ScanStart } from "./scan-start.tsx";
import { ScheduleList } from "./schedule-list.tsx";

const TABS = {
  scan: "Scan",
  scans: "Scans",
  resources: "Resources",
  compare: "Compare",
  schedules: "Schedules",
  accounts: "Accounts",
};

/** What there is in the clouds, and how it changes. */
export function View() {
  const [tab = "scan", id] = route.value.path;
  return (
    <>
      <h1>Inventory</h1>
      <Tabs label="Inventory" view="inventory" tabs={TABS} current={tab} />
      <Tab tab={tab} id={id} />
    </>
  );
}

function Tab({ tab, id }: { tab: string; id: string | undefined }) {
  if (tab === "scan") return <ScanStart />;
  if (tab === "scans") return id === undefined ? <ScanList /> : <ScanPage key={id} id={id} />;
  if (tab === "resources") return <ResourceList />;
  if (tab === "compare") return <ComparePage />;
  if (tab === "schedules") return <ScheduleList />;
  if (tab === "accounts") return <AccountList />;
  return <p>There is no such page.</p>;
}
