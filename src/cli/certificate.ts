import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { generate } from "selfsigned";

const DAYS = 365;
const DAY_MS = 24 * 60 * 60 * 1000;

export interface CertificatePair {
  key: string;
  certificate: string;
}

/** Makes the self-signed pair for `localhost` in the folder unless a valid one is there; returns both paths. */
export async function ensureCertificate(folder: string): Promise<CertificatePair & { created: boolean }> {
  const pair = { key: join(folder, "localhost-key.pem"), certificate: join(folder, "localhost.pem") };
  if (isUsable(pair)) return { ...pair, created: false };
  // A leaf, not an authority: workerd refuses a server that shows an authority's certificate.
  const made = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notAfterDate: new Date(Date.now() + DAYS * DAY_MS),
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "localhost" },
          { type: 7, ip: "127.0.0.1" },
        ],
      },
    ],
  });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(pair.key, made.private, { mode: 0o600 });
  writeFileSync(pair.certificate, made.cert);
  return { ...pair, created: true };
}

function isUsable(pair: CertificatePair): boolean {
  if (!existsSync(pair.key) || !existsSync(pair.certificate)) return false;
  try {
    const certificate = new X509Certificate(readFileSync(pair.certificate));
    return Date.parse(certificate.validTo) > Date.now() + DAY_MS;
  } catch {
    return false;
  }
}
