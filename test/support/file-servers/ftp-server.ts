import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFreePort } from "../../../src/cli/ports.ts";
import type { ServerCertificate } from "../server-certificate.ts";
import { startFileServer } from "./processes.ts";
import type { FilesystemRuntime } from "./runtime.ts";
import type { SampleTree } from "./sample-tree.ts";
import { describeServer, type ListeningServer, PASSWORD, type StartedServer } from "./servers.ts";

/** vsftpd over the tree, which only root can start; with TLS for everything where it has a certificate. */
export async function startVsftpd(
  runtime: FilesystemRuntime,
  tree: SampleTree,
  certificate: ServerCertificate | null,
): Promise<StartedServer> {
  const server = await serveFtp(tree.folder, certificate);
  const described = await describeServer(runtime, tree, server);
  // Files come over connections of their own: ending the server's sessions cuts them.
  const overLine = async (bytes: number) => {
    const filesystem = runtime.open(server.settings(server.port));
    const open: typeof filesystem.open = async (path, options) => {
      let left = bytes;
      const cut = new TransformStream<Uint8Array, Uint8Array>({
        transform: (chunk, controller) => {
          if (left > 0 && left <= chunk.byteLength) endSessions(server.pid);
          left -= chunk.byteLength;
          controller.enqueue(chunk);
        },
      });
      return (await filesystem.open(path, options)).pipeThrough(cut);
    };
    return { ...filesystem, open };
  };
  return { ...described, overLine };
}

/** The same of any folder. */
export async function serveFtp(
  served: string,
  certificate: ServerCertificate | null,
): Promise<ListeningServer & { pid: number }> {
  const folder = mkdtempSync(join(tmpdir(), "catchment-ftp-"));
  const passwords = join(folder, "passwords");
  writeFileSync(passwords, `${PASSWORD}\n`);
  const port = await findFreePort();
  const tls = certificate && {
    ...{ ssl_enable: "YES", rsa_cert_file: certificate.certificate, rsa_private_key_file: certificate.key },
    ...{
      allow_anon_ssl: "YES",
      force_anon_logins_ssl: "YES",
      force_anon_data_ssl: "YES",
      require_ssl_reuse: "NO",
      ssl_ciphers: "HIGH",
    },
  };
  const config = {
    ...{ listen: "YES", listen_address: "127.0.0.1", listen_port: port, background: "NO", seccomp_sandbox: "NO" },
    // Its anonymous user may have a password, which needs no account on the machine.
    ...{ anonymous_enable: "YES", local_enable: "NO", secure_email_list_enable: "YES" },
    ...{ email_password_file: passwords, anon_root: served, run_as_launching_user: "YES" },
    ...{ anon_world_readable_only: "NO", write_enable: "YES", anon_upload_enable: "YES", anon_umask: "022" },
    ...{ anon_mkdir_write_enable: "YES", anon_other_write_enable: "YES", allow_writeable_chroot: "YES" },
    ...tls,
  };
  const lines = Object.entries(config).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(join(folder, "vsftpd.conf"), lines.join(""));
  const server = await startFileServer("vsftpd", [join(folder, "vsftpd.conf")], port);
  const settings = (at: number, password = PASSWORD) => ({
    ...{
      type: certificate ? "ftps" : "ftp",
      host: "localhost",
      port: at,
      username: "anonymous",
      password,
      path: served,
    },
  });
  return {
    port,
    pid: server.pid,
    output: server.output,
    settings,
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function endSessions(pid: number): void {
  const children = (parent: number): number[] => {
    try {
      const ids = execFileSync("ps", ["-o", "pid=", "--ppid", String(parent)], { encoding: "utf8" });
      return ids.trim().split(/\s+/).map(Number);
    } catch {
      return [];
    }
  };
  for (const session of children(pid))
    for (const each of [...children(session), session]) process.kill(each, "SIGKILL");
}
