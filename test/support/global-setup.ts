import { execFileSync } from "node:child_process";

/** The plugin does not run wrangler's build command, and the Worker under test needs what it generates. */
export default function generate(): void {
  execFileSync("npm", ["run", "--silent", "build"], { stdio: "inherit" });
}
