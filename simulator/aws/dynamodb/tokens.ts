import { validationError } from "./dynamodb-errors.ts";

/** One token of an expression: a name, a `#name`, a `:value`, a whole number or punctuation. */
export type Token = { readonly text: string; readonly offset: number };

/** The tokens of one expression, consumed from the left. */
export type TokenStream = {
  /** The name of the request member, for messages. */
  readonly expression: string;
  readonly peek: (ahead?: number) => string;
  readonly next: () => string;
  /** Consumes the token if it is this word or sign; words match in any case. */
  readonly accept: (text: string) => boolean;
  /** @throws {AwsError} unless the next token is this one */
  readonly expect: (text: string) => void;
  /** The error for a token that does not fit here. */
  readonly syntaxError: () => Error;
};

const tokenPattern = /\s*([#:]?\w+|<=|>=|<>|[()[\].,=<>+-])/uy;
const endOfSource = "<EOF>";

/** Splits an expression into tokens. @throws {AwsError} for a character that belongs to none */
export function readTokens(source: string, expression: string): TokenStream {
  const tokens = split(source, expression);
  let position = 0;
  const peek = (ahead = 0) => tokens[position + ahead]?.text ?? endOfSource;
  const syntaxError = () => {
    const offset = tokens[position]?.offset ?? source.length;
    const near = source.slice(Math.max(0, offset - 10), offset + 15);
    return validationError(
      `Invalid ${expression}: Syntax error; token: "${peek()}", near: "${near}"`,
    );
  };
  const accept = (text: string) => {
    const isNext = peek().toUpperCase() === text.toUpperCase();
    if (isNext) position += 1;
    return isNext;
  };
  return {
    expression,
    peek,
    next: () => {
      const text = peek();
      position += 1;
      return text;
    },
    accept,
    expect: (text) => {
      if (!accept(text)) throw syntaxError();
    },
    syntaxError,
  };
}

/** Whether all tokens are consumed. */
export function isAtEnd(tokens: TokenStream): boolean {
  return tokens.peek() === endOfSource;
}

function split(source: string, expression: string): readonly Token[] {
  if (source.trim() === "") {
    throw validationError(`Invalid ${expression}: The expression can not be empty;`);
  }
  const tokens: Token[] = [];
  let offset = 0;
  while (source.slice(offset).trim() !== "") {
    tokenPattern.lastIndex = offset;
    const text = tokenPattern.exec(source)?.[1];
    if (text === undefined) {
      const near = source.slice(offset, offset + 15);
      throw validationError(
        `Invalid ${expression}: Syntax error; token: "${near.trim().charAt(0)}", near: "${near}"`,
      );
    }
    tokens.push({ text, offset: tokenPattern.lastIndex - text.length });
    offset = tokenPattern.lastIndex;
  }
  return tokens;
}
