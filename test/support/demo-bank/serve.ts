import { parseArgs } from "node:util";
import { startDemoBank } from "./server.ts";
import { ACCOUNT_NUMBER, type Behaviour, CUSTOMERS } from "./world.ts";

/** What `npm run demo:bank` starts: the bank, and somebody's phone, which shows or forwards its codes. */
const { values } = parseArgs({
  options: { port: { type: "string", default: "8100" }, forward: { type: "string", default: "" } },
});
const { port, forward } = values;
const key = process.env.FORWARDER_KEY ?? "";
/** Where the commands that it prints go. */
const API = process.env.CATCHMENT_URL ?? "http://localhost:8000";
const curlHeaders = `-H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json'`;
const described: Record<Behaviour, string> = {
  normal: "has accounts, transactions, holdings and statements",
  slow: "waits a minute for the overview",
  changed: "finds a menu without reports",
  nocode: "never gets a one-time code",
  busy: "is signed in elsewhere, once",
  locked: "is locked, as everybody is after three wrong passwords",
};

const { url } = await startDemoBank({
  port: Number(port),
  sendCode(username, code) {
    const message = `Demo Bank: your code is ${code}`;
    console.log(`To the phone of ${username}: ${message}`);
    if (forward === "")
      console.log(`Pass it on: curl -X POST "${API}/netbank/otp" ${curlHeaders} -d '{"code":"${code}"}'`);
    else void forwardMessage(message);
  },
});

const login = JSON.stringify({ username: "demo", account_number: ACCOUNT_NUMBER, password: "demo", bank: "demo-bank" });

console.log(`Demo bank at ${url}. Ctrl+C stops.
Account number ${ACCOUNT_NUMBER} for everybody; each user name is its password, too:
${Object.entries(CUSTOMERS)
  .map(([name, behaviour]) => `  ${name.padEnd(8)} ${described[behaviour]}`)
  .join("\n")}
One-time codes are ${forward === "" ? "printed here" : `sent to ${forward}, and printed here`}.
Try: curl -X POST "${API}/netbank/credentials" ${curlHeaders} -d '${login}'
     curl -X PUT "${API}/user/collect_automatically" -H "Authorization: Bearer $TOKEN"`);

process.on("SIGTERM", () => process.exit(0));

async function forwardMessage(message: string): Promise<void> {
  try {
    const response = await fetch(new URL("/netbank/otp", forward), {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Forwarder-Key": key },
      body: JSON.stringify({ message }),
    });
    console.log(`Forwarded: ${response.status}`);
  } catch {
    console.log(`Not forwarded: ${forward} does not answer`);
  }
}
