/** Of ES2026, in Node since 21; the compiler's libraries do not have it yet. */
interface JSON {
  /** A value that is written as this text: a number of more digits than JavaScript's own have. */
  rawJSON(text: string): object;
}
