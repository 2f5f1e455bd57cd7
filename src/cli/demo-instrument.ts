import { runDemoProgram } from "./demo-program.ts";

const help = `npm run demo:instrument -- [options]

  --port PORT   another port than 8200
  --help        this page`;

/** `npm run demo:instrument`: an instrument's computer to harvest files from. */
await runDemoProgram({
  name: "demo:instrument",
  program: "test/support/webdav-server/serve.ts",
  port: 8200,
  help,
});
