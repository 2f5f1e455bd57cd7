// Plain JavaScript, so that an old Node can read it far enough to say what it lacks.
const [major, minor] = process.versions.node.split(".").map(Number);
const [command, ...rest] = process.argv.slice(2);

if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Catchment needs Node 22.18 or newer and this is Node ${process.versions.node}: run "npm ci", which brings one for the npm scripts.`,
  );
  process.exit(1);
}

process.argv.splice(1, process.argv.length - 1, `catchment ${command}`, ...rest);
await import(`./${command}.ts`);
