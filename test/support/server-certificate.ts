import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { generate } from "selfsigned";

const DAY_MS = 24 * 60 * 60 * 1000;
const KEY = { keyType: "ec", curve: "P-256", algorithm: "sha256" } as const;

/** Files of a server's certificate and of the authority that signed it. */
export interface ServerCertificate {
  authority: string;
  certificate: string;
  key: string;
}

/** Makes an authority of its own and a certificate for `localhost` in the folder. */
export async function createServerCertificate(folder: string): Promise<ServerCertificate> {
  const notAfterDate = new Date(Date.now() + DAY_MS);
  const authority = await generate([{ name: "commonName", value: "Test authority" }], {
    ...KEY,
    notAfterDate,
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: "commonName", value: "localhost" }], {
    ...KEY,
    notAfterDate,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      { name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] },
    ],
  });
  const write = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  return {
    authority: write("authority.pem", authority.cert),
    certificate: write("server.pem", server.cert),
    key: write("server-key.pem", server.private),
  };
}
