import { route } from "../../app/route.ts";
import { Tabs } from "../../components/tabs.tsx";
import { BankFile } from "./bank-file.tsx";
import { BankFiles } from "./bank-files.tsx";
import { BankLogin } from "./bank-login.tsx";
import { MyData } from "./my-data.tsx";
import { Reports } from "./reports.tsx";
import { Runs } from "./runs.tsx";

const tabs = { login: "Bank login", runs: "Runs", files: "Files", reports: "Reports", "my-data": "My data" };

/** What is collected at a person's bank, and how they leave. */
export function View() {
  const [part = "login", name] = route.value.path;
  return (
    <>
      <h1>Banking</h1>
      <Tabs label="Parts of banking" view="banking" tabs={tabs} current={part} />
      {part === "login" && <BankLogin />}
      {part === "runs" && <Runs />}
      {part === "files" && (name === undefined ? <BankFiles /> : <BankFile key={name} name={name} />)}
      {part === "reports" && <Reports />}
      {part === "my-data" && <MyData />}
      {!(part in tabs) && <p>There is no such page.</p>}
    </>
  );
}
