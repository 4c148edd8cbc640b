import https from "node:https";

/** Sends a POST and reads the JSON in its answer. */
export type Post = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
) => Promise<unknown>;

/** A way to POST with connections of its own, which are kept. */
export function createPost(): Post {
  const agent = new https.Agent({ keepAlive: true });
  return async (url, headers, body) =>
    new Promise((resolve, reject) => {
      const length = String(Buffer.byteLength(body));
      const options = { method: "POST", agent, headers: { ...headers, "content-length": length } };
      const request = https.request(url, options, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          if ((response.statusCode ?? 0) < 300) resolve(JSON.parse(text));
          else reject(new Error(`${url} answered ${response.statusCode}`));
        });
      });
      request.on("error", reject);
      request.end(body);
    });
}
