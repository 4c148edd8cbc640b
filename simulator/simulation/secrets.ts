/** What a secret looks like, by its name. */
const shapes = Object.entries({
  "a private key": /-----BEGIN|MII[A-Za-z0-9+/]{40}/u,
  "a GitHub token": /gh[a-z]_[A-Za-z0-9._-]{36,}/u,
  "a JSON web token": /eyJ[\w-]{10,}\.eyJ[\w-]{10,}/u,
  "a signature": /sha256=[0-9a-f]{32,}/iu,
  // Nothing else has so long a word: neither ids nor ARNs nor labels. Looked for from the beginning of
  // words only, else each is walked through from every one of its letters.
  "a JIT config": /(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{400,}/u,
} satisfies Readonly<Record<string, RegExp>>);

/** The name of the secret that a text gives away; undefined when it gives away none. */
export function findSecret(text: string, webhookSecret: string): string | undefined {
  if (text.includes(webhookSecret)) return "the webhook secret";
  return shapes.find(([, shape]) => shape.test(text))?.[0];
}
