// Plain JavaScript that any Node can read, so that an old one gets a sentence instead of a syntax error.
var major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  console.error(
    "tornade: Node " +
      process.versions.node +
      " is too old; Node 24 or later is needed (" +
      "on Linux x64 and arm64 'npm ci' brings it along for 'npm start' and 'npm test', " +
      "elsewhere install it from nodejs.org)",
  );
  process.exit(2);
}
