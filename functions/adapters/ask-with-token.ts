import type { TokenScope } from "./github-app.ts";
import { statusOf } from "./github-failure.ts";

/**
 * Asks GitHub with an installation's token, as the value of `authorization`; one that GitHub no longer
 * takes is replaced once. Apart from the question: that there is no token (404, 422) says nothing of what
 * is asked about.
 */
export async function askWithToken<T>(
  getToken: (options: Pick<TokenScope, "refused">) => Promise<string>,
  ask: (authorization: string) => Promise<T>,
): Promise<T> {
  const token = await getToken({});
  try {
    return await ask(`token ${token}`);
  } catch (error) {
    if (statusOf(error) !== 401) throw error;
    return ask(`token ${await getToken({ refused: token })}`);
  }
}
