import { join } from "node:path";
import { ensureCertificate } from "./certificate.ts";
import { root } from "./child.ts";
import { runCommand } from "./failure.ts";

/** `npm run certs`: the pair that `npm start -- --https` serves with. */
await runCommand(async () => {
  const { certificate, created } = await ensureCertificate(join(root, ".certs"));
  console.log(created ? `Made ${certificate}, valid for a year.` : `${certificate} is still valid.`);
});
