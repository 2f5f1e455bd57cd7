import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testFilesystem, testParts, testReading, testWriting } from "../connectors/filesystems/contract.ts";
import { type FilesystemRuntime, startFilesystemRuntime } from "../support/file-servers/runtime.ts";
import { startVsftpd } from "../support/file-servers/ftp-server.ts";
import { startBucket } from "../support/file-servers/moto-bucket.ts";
import { startSamba } from "../support/file-servers/samba-server.ts";
import { createSampleTree, type SampleTree } from "../support/file-servers/sample-tree.ts";
import { startSsh } from "../support/file-servers/ssh-server.ts";
import { createServerCertificate, type ServerCertificate } from "../support/server-certificate.ts";
import { startRclone, type StartedServer } from "../support/file-servers/servers.ts";

let runtime: FilesystemRuntime;
let certificate: ServerCertificate;
const folder = mkdtempSync(join(tmpdir(), "catchment-certificate-"));

beforeAll(async () => {
  certificate = await createServerCertificate(folder);
  runtime = await startFilesystemRuntime(certificate.authority);
});

afterAll(async () => {
  await runtime.stop();
  rmSync(folder, { recursive: true });
});

type Start<Server> = (runtime: FilesystemRuntime, tree: SampleTree) => Promise<Server>;

/** Starts a server over a tree of its own, for the tests of a block. */
function useServer<Server extends StartedServer>(start: Start<Server>): () => Server {
  let tree: SampleTree | undefined;
  let server: Server | undefined;
  beforeAll(async () => {
    tree = createSampleTree();
    server = await start(runtime, tree);
  });
  afterAll(async () => {
    await server?.stop();
    tree?.remove();
  });
  return () => {
    if (!server) throw new Error("The server is not started");
    return server;
  };
}

/** What holds for servers that files are written to under another name. */
function testFailedWriting(server: () => StartedServer): void {
  it("leaves nothing behind of a file that cannot have its name, as a folder has it", async () => {
    const { filesystem, read } = server();
    const write = filesystem.write("many", new Blob(["text"]).stream());
    await expect(write).rejects.toMatchObject({ kind: expect.any(String) });
    const { files } = await filesystem.list(null);
    expect(files.map(({ path }) => path).filter((path) => path.endsWith(".partial"))).toEqual([]);
    expect(String(await read("many/f0000.txt"))).toBe("this is many/f0000.txt");
  });
}

describe("WebDAV of rclone", () => {
  const server = useServer((...given) => startRclone("webdav", ...given));
  testFilesystem(server);
  testWriting(server);
});

describe("pages of rclone", () => {
  const server = useServer((...given) => startRclone("http", ...given));
  testFilesystem(server);
  testReading(server);
});

describe("a bucket of moto", () => {
  const server = useServer(startBucket);
  testFilesystem(server);
  testWriting(server);
  testParts(server);
});

describe("OpenSSH", () => {
  const server = useServer(startSsh);
  testFilesystem(server);
  testWriting(server);

  it("is not spoken to when it has another key than the one that was written down", async () => {
    const { settings } = server();
    const other = `SHA256:${Buffer.alloc(32, 7).toString("base64").slice(0, 43)}`;
    await expect(runtime.open({ ...settings, host_key: other }).check()).rejects.toMatchObject({
      kind: "refused",
      message: expect.stringContaining("the host has another key than the one in host_key"),
    });
  });
});

describe("vsftpd", () => {
  const server = useServer((...given) => startVsftpd(...given, null));
  testFilesystem(server);
  testWriting(server);
  testFailedWriting(server);
});

describe("vsftpd with TLS", () => {
  const server = useServer((...given) => startVsftpd(...given, certificate));
  testFilesystem(server);
  testWriting(server);
  testFailedWriting(server);
});

describe.each(["SMB2_02", "SMB2_10", "SMB3_00", "SMB3_02"] as const)("Samba that speaks up to %s", (dialect) => {
  const server = useServer((...given) => startSamba(...given, dialect));
  testFilesystem(server);
  testWriting(server);
  testParts(server);
  testFailedWriting(server);

  it("serves guests that have no password, and takes nobody with one for a guest", async () => {
    const guest = { ...server().settings, share: "open", username: "guest", password: "" };
    await expect(runtime.open(guest).check()).resolves.toBeUndefined();
    const stranger = runtime.open({ ...guest, username: "stranger", password: "something" });
    await expect(stranger.check()).rejects.toMatchObject({ kind: "refused" });
  });

  it("begins a file in parts where a try that was given up has begun it, of which nothing is left", async () => {
    const { filesystem, read } = server();
    const { parts } = filesystem;
    if (!parts) throw new Error("it writes no parts");
    const path = "written/given up.bin";
    const given_up = await parts.begin(path);
    await parts.put(path, given_up, { number: 1, offset: 0, content: new Uint8Array(1000) });
    const upload = await parts.begin(path);
    const tag = await parts.put(path, upload, { number: 1, offset: 0, content: new Uint8Array(Buffer.from("whole")) });
    expect(await parts.complete(path, upload, [tag])).toMatchObject({ size: 5 });
    expect(String(await read(path))).toBe("whole");
    const { files } = await runtime.open({ ...server().settings, path: "/written" }).list(null);
    expect(files.map((file) => file.path).filter((each) => each.includes("given up"))).toEqual(["given up.bin"]);
  });

  it("is refused a share that is not there or not for this user, and a folder that is not there", async () => {
    const check = (other: object) => runtime.open({ ...server().settings, ...other }).check();
    await expect(check({ share: "missing" })).rejects.toMatchObject({ kind: "refused" });
    await expect(check({ share: "closed" })).rejects.toMatchObject({ kind: "refused" });
    await expect(check({ path: "/missing" })).rejects.toMatchObject({ kind: "not-found" });
  });

  it("neither reads nor writes names that mean something else on a share", async () => {
    const { filesystem } = server();
    for (const path of ["empty.bin:stream", "deep\\d1", "names*"]) {
      await expect(filesystem.open(path)).rejects.toMatchObject({ kind: "not-found" });
      const write = filesystem.write(path, new Blob(["text"]).stream());
      await expect(write).rejects.toMatchObject({ kind: "unsupported" });
    }
  });
});

describe("Samba that wants encryption", () => {
  const server = useServer((...given) => startSamba(...given, "SMB3_02"));

  it("is not supported, and says so", async () => {
    await expect(runtime.open({ ...server().settings, share: "sealed" }).check()).rejects.toMatchObject({
      kind: "unsupported",
      message: expect.stringContaining("wants packets encrypted"),
    });
  });
});
