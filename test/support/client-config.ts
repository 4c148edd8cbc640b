import { createInProcessRequestHandler } from "../../simulator/in-process-request-handler.ts";
import type { WireService } from "../../simulator/wire.ts";

/** What a test's own SDK client needs to ask a simulated account, past whatever records calls. */
export function createClientConfig(handle: WireService) {
  return {
    region: "eu-west-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    requestHandler: createInProcessRequestHandler(handle),
    maxAttempts: 1,
  };
}
