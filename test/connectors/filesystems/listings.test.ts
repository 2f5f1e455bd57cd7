import { describe, expect, it } from "vitest";
import { readFolderPage } from "../../../src/connectors/filesystems/http/folder-page.ts";
import { readFactsLine, readLongLine } from "../../../src/connectors/filesystems/ftp/listing.ts";
import { filesystemSettings, openFilesystem, secretSettings } from "../../../src/connectors/filesystems/filesystems.ts";
import type { FilesystemIo } from "../../../src/connectors/filesystems/filesystem.ts";
import { createWalk, type FolderContent } from "../../../src/connectors/filesystems/walk.ts";
import { isVersion, versionOf } from "../../../src/connectors/filesystems/version.ts";

const bytesOf = (text: string) => new Blob([text]).stream();

/** A server that answers every request with the same. */
function answering(body: string, init: ResponseInit): FilesystemIo {
  return {
    fetch: async () => new Response(body, init),
    now: () => 0,
    connect: () => Promise.reject(new Error("no sockets here")),
  };
}

const dav = (href: string, properties: string, status = "HTTP/1.1 200 OK") =>
  `<x:response><x:href>${href}</x:href><x:propstat><x:prop>${properties}</x:prop><x:status>${status}</x:status></x:propstat></x:response>`;
const FOLDER = "<x:resourcetype><x:collection/></x:resourcetype>";
const multistatus = (...responses: string[]) =>
  `<?xml version="1.0"?><x:multistatus xmlns:x="DAV:">${responses.join("")}</x:multistatus>`;

async function listDav(body: string) {
  const settings = filesystemSettings.parse({ type: "webdav", url: "https://dav.example.org/files/lab" });
  const filesystem = await openFilesystem(settings, answering(body, { status: 207 }));
  return filesystem.list(null);
}

describe("WebDAV", () => {
  it("reads addresses as servers spell them: full, by another host, with what should be escaped", async () => {
    const size = "<x:getcontentlength>3</x:getcontentlength>";
    const body = multistatus(
      dav("http://inside:8080/files/lab/", FOLDER),
      dav("http://inside:8080/files/lab/a%20b%23.txt", `${size}<x:getetag>"1"</x:getetag>`),
      dav("/files/lab/50%.txt", `${size}<x:resourcetype/>`),
      dav("/files/lab/run #7?.txt", size),
      dav("/files/lab/%2e%2e", size),
      dav("/elsewhere/secret.txt", size),
      dav("/files/lab/deep/er.txt", size),
    );
    const { files, problems, next } = await listDav(body);
    expect(files.map(({ path }) => path)).toEqual(["50%.txt", "a b#.txt", "run #7?.txt"]);
    expect(files[1]).toEqual({ path: "a b#.txt", size: 3, modified_at: null, version: '[3,null,"\\"1\\""]' });
    expect([problems, next]).toEqual([['".." cannot be the name of a file'], null]);
  });

  it("ignores properties that were not found", async () => {
    const body = multistatus(
      dav("/files/lab/", FOLDER),
      dav("/files/lab/a.txt", "<x:getcontentlength>9</x:getcontentlength>", "HTTP/1.1 404 Not Found"),
    );
    expect((await listDav(body)).files).toEqual([
      { path: "a.txt", size: 0, modified_at: null, version: "[null,null,null]" },
    ]);
  });

  it("takes a list that is cut, or none at all, for a fault and not for an empty folder", async () => {
    const whole = multistatus(dav("/files/lab/", FOLDER), dav("/files/lab/a.txt", ""));
    for (const body of ["", "<html>Welcome</html>", whole.slice(0, -12)]) {
      await expect(listDav(body)).rejects.toMatchObject({ kind: "unreachable", retry_after: 1 });
    }
  });

  it.each([
    [401, "refused"],
    [403, "refused"],
    [404, "not-found"],
    [302, "unsupported"],
    [405, "unsupported"],
    [503, "unreachable"],
  ])("takes status %i for %s", async (status, kind) => {
    const settings = filesystemSettings.parse({
      ...{ type: "webdav", url: "https://dav.example.org", username: "me", password: "s3cret" },
    });
    const filesystem = await openFilesystem(settings, answering("s3cret", { status }));
    const failure = filesystem.check();
    await expect(failure).rejects.toMatchObject({ kind });
    await expect(failure).rejects.not.toThrow(/s3cret/);
  });
});

describe("pages of folders", () => {
  const page = (html: string) => readFolderPage(new URL("https://example.org/lab/"), bytesOf(html));

  it("finds what nginx, Apache and rclone link to, and follows no link out of the folder", async () => {
    const found = await page(`<a href="../">Parent</a> <a href="?C=M;O=A">sort</a> <a href="/lab/">here</a>
      <a href="run%201.txt">run 1.txt</a> <a href="./a:b%23.txt">a</a> <a href="/lab/sub/">sub</a>
      <a href="/lab2/no.txt">no</a> <a href="https://evil.example/lab/no.txt">no</a> <a href="javascript:no()">no</a>
      <a href="sub/no.txt">no</a> <a href="%2e%2e/no">no</a> <a href="%E9.txt">no</a> <a href="a%2Fb">no</a>`);
    expect(found).toEqual({
      identity: null,
      files: [
        { name: "run 1.txt", details: null },
        { name: "a:b#.txt", details: null },
      ],
      folders: ["sub"],
      problems: ['"%E9.txt" cannot be the name of a file', '"a%2Fb" cannot be the name of a file'],
    });
  });
});

describe("FTP", () => {
  it("reads lines of LIST, with spaces at the beginning of names and links", () => {
    expect(readLongLine("-rw-r--r--    1 0        0               5 Nov 22 11:39  a b.txt")).toEqual({
      ...{ name: " a b.txt", kind: "file", details: null },
    });
    expect(readLongLine("lrwxrwxrwx    1 0        0              11 Nov 22  2025 back -> ../../loops")).toEqual({
      ...{ name: "back", kind: "link", details: null },
    });
    expect(readLongLine("total 12")).toBeNull();
  });

  it("reads lines of MLSD", () => {
    expect(readFactsLine("type=file;size=12;modify=20240102030405.678; a; b.txt")).toEqual({
      ...{ name: "a; b.txt", kind: "file", details: { size: 12, modified_at: Date.UTC(2024, 0, 2, 3, 4, 5, 678) } },
    });
    expect(readFactsLine("Type=cdir;Modify=20240102030405; .")).toBeNull();
    expect(readFactsLine("type=OS.unix=slink:/etc; link")).toMatchObject({ name: "link", kind: "link" });
  });
});

describe("the walk", () => {
  const empty: FolderContent = { identity: null, files: [], folders: [], problems: [] };
  const file = (name: string) => ({ name, details: { size: 1, modified_at: 0, version: null } });

  it("ends where a server shows a tree without end, and says so", async () => {
    const list = createWalk({
      readFolder: async () => ({ ...empty, files: [file("a.txt")], folders: ["link", "other"] }),
    });
    const seen: string[] = [];
    const problems: string[] = [];
    for (let cursor: string | null = null, pages = 0; pages === 0 || cursor !== null; pages += 1) {
      const page: Awaited<ReturnType<typeof list>> = await list(cursor);
      seen.push(...page.files.map(({ path }) => path));
      problems.push(...page.problems);
      cursor = page.next;
    }
    expect([seen.length, new Set(seen).size]).toEqual([255, 255]);
    expect(problems).toHaveLength(256);
  });

  it("goes on after its cursor without what it knew, and answers the same page twice", async () => {
    const tree: Record<string, FolderContent> = {
      "": { ...empty, files: [file("b"), file("a")], folders: ["z", "m"] },
      m: { ...empty, files: [file("c")] },
      z: { ...empty, files: [file("d")] },
    };
    const create = () => createWalk({ readFolder: async (path) => tree[path] ?? empty, page_size: 1 });
    const kept = create();
    const paths: string[] = [];
    for (let cursor: string | null = null, pages = 0; pages === 0 || cursor !== null; pages += 1) {
      const page: Awaited<ReturnType<typeof kept>> = await kept(cursor);
      expect(await kept(cursor)).toEqual(page);
      expect(await create()(cursor)).toEqual(page);
      paths.push(...page.files.map(({ path }) => path));
      cursor = page.next;
    }
    expect(paths).toEqual(["a", "b", "m/c", "z/d"]);
  });
});

describe("settings", () => {
  it("names secrets, and refuses logins in addresses, ways out of a folder and a server without its key", () => {
    expect([secretSettings("sftp"), secretSettings("s3"), secretSettings("push")]).toEqual([
      ["password", "private_key"],
      ["secret_access_key"],
      [],
    ]);
    const key = `SHA256:${"A".repeat(43)}`;
    const sftp = { type: "sftp", host: "lab", username: "me", host_key: key };
    expect(filesystemSettings.parse({ ...sftp, password: "p" })).toEqual({
      ...{ ...sftp, password: "p", port: 22, path: "/" },
    });
    const wrong = [
      sftp,
      { ...sftp, password: "p", private_key: "k" },
      { ...sftp, password: "p", host_key: "any" },
      { ...sftp, password: "p", path: "/data/../../etc" },
      { ...sftp, password: "p", host: "lab/../x" },
      { type: "webdav", url: "https://me:s3cret@example.org/" },
      { type: "webdav", url: "file:///etc/passwd" },
      { type: "nothing" },
    ];
    for (const each of wrong) expect(filesystemSettings.safeParse(each).success).toBe(false);
  });

  it("compares versions by what both sides know", () => {
    const version = versionOf({ size: 3, modified_at: 1000, etag: 'W/"a-gzip"' });
    expect(isVersion(version, { size: 3, modified_at: 2000, etag: '"a"' })).toBe(true);
    expect(isVersion(version, { size: null, modified_at: 1000, etag: null })).toBe(true);
    expect(isVersion(version, { size: 4, modified_at: 1000, etag: '"a"' })).toBe(false);
    expect(isVersion(version, { size: 3, modified_at: 1001, etag: null })).toBe(false);
  });
});
