import http from "node:http";

import type { WireService } from "../../simulator/wire.ts";

/** A service behind HTTP on a free port of this machine. */
export type Served = {
  readonly url: string;
  readonly close: () => Promise<void>;
};

export async function serve(service: WireService): Promise<Served> {
  const server = http.createServer((request, response) => {
    const answer = async (): Promise<void> => {
      const { status, headers, body } = await service(await readWire(request));
      response.writeHead(status, headers).end(body);
    };
    answer().catch((error: unknown) => response.destroy(new Error(String(error))));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = address === null || typeof address === "string" ? 0 : address.port;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

async function readWire(request: http.IncomingMessage): Promise<Parameters<WireService>[0]> {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  await new Promise((resolve) => {
    request.on("end", resolve);
  });
  const headers = Object.entries(request.headers).map(
    ([name, value]) => [name, String(value)] as const,
  );
  return {
    method: request.method ?? "",
    path: request.url ?? "",
    headers: Object.fromEntries(headers),
    body: Buffer.concat(chunks).toString(),
  };
}
