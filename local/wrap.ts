/** How wide a line of the terminal may be. */
export const width = 80;

/**
 * Lines of words that bring their own separators, all but the last with an `end`: of at most 80
 * characters, unless a word is longer.
 */
export function wrap(
  words: readonly string[],
  { indent, end = "" }: { readonly indent: number; readonly end?: string },
): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of words) {
    if (line !== "" && indent + `${line}${word}${end}`.trimEnd().length > width) {
      lines.push(line + end);
      line = "";
    }
    line += word;
  }
  return [...lines, line].map((one) => `${" ".repeat(indent)}${one}`.trimEnd());
}
