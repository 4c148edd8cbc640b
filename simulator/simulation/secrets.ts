/** What a secret looks like, by its name. */
const shapes = Object.entries({
  "a private key": /-----BEGIN|MII[A-Za-z0-9+/]{40}/u,
  "a GitHub token": /gh[a-z]_[A-Za-z0-9._-]{36,}/u,
  "a JSON web token": /eyJ[\w-]{10,}\.eyJ[\w-]{10,}/u,
  "a signature": /sha256=[0-9a-f]{32,}/iu,
} satisfies Readonly<Record<string, RegExp>>);

/** As long a word as only a JIT config is: neither ids nor ARNs nor labels are. */
const longWord = 400;

/** The name of the secret that a text gives away; undefined when it gives away none. */
export function findSecret(text: string, webhookSecret: string): string | undefined {
  if (text.includes(webhookSecret)) return "the webhook secret";
  const shaped = shapes.find(([, shape]) => shape.test(text))?.[0];
  return shaped ?? (hasLongWord(text) ? "a JIT config" : undefined);
}

// Looks at every four hundredth character: a word so long has one of them.
function hasLongWord(text: string): boolean {
  for (let at = longWord - 1; at < text.length; at += longWord) {
    const rest = countWord(text, { at, step: 1 });
    if (rest > 0 && rest + countWord(text, { at: at - 1, step: -1 }) >= longWord) return true;
  }
  return false;
}

function countWord(text: string, { at, step }: { at: number; step: 1 | -1 }): number {
  let count = 0;
  while (/[\w+/-]/u.test(text.charAt(at + count * step))) count += 1;
  return count;
}
