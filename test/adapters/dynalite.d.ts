declare module "dynalite" {
  import type { Server } from "node:http";

  /** A DynamoDB in memory, behind HTTP. */
  function dynalite(options?: { readonly createTableMs?: number }): Server;
  export = dynalite;
}
