/** A repeatable stand-in for Math.random. */
export type Random = () => number;

/** Gives the stream of a name: always the same numbers for the same seed and name. */
export type Streams = (name: string) => Random;

/**
 * Independent sources of numbers from one seed. Everything that draws has its own, so that one
 * drawing more or less changes nothing for the others.
 */
export function createStreams(seed: number): Streams {
  return (name) => createRandom(seed, name);
}

/** Rounds after which the seed has reached all of the state. */
const warmUpRounds = 12;

// Small fast counter: 128 bits of state in plain integer operations.
// https://pracrand.sourceforge.net/RNG_engines.txt
function createRandom(seed: number, name: string): Random {
  let [a, b, c] = [hash(name, seed), hash(name, 0x9e3779b9), seed | 0];
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4_294_967_296;
  };
  for (let round = 0; round < warmUpRounds; round += 1) next();
  return next;
}

/** FNV-1a, begun with a number of one's own. */
function hash(text: string, begin: number): number {
  let value = (2_166_136_261 ^ begin) | 0;
  for (const character of text) {
    value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 16_777_619);
  }
  return value;
}

/** A whole number from `least` to `most`, both included. */
export function drawInteger(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1));
}

/** One of several, each as likely as the next. */
export function drawOne<const T>(random: Random, choices: readonly [T, ...T[]]): T {
  return choices[Math.floor(random() * choices.length)] ?? choices[0];
}

/** True with the probability given. */
export function drawChance(random: Random, probability: number): boolean {
  return random() < probability;
}
