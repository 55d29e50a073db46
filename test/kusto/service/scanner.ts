/** Reads one command from left to right. */
import { syntaxError } from './service-error.ts';
import { literalValue, skipBrackets, skipLiteral, splitTop } from './text.ts';
import { type Column, columnType } from './values.ts';

export class Scanner {
  readonly text: string;
  #at = 0;

  constructor(text: string) {
    this.text = text;
  }

  get ended(): boolean {
    this.#skipBlank();
    return this.#at >= this.text.length;
  }

  /** Everything from here on, as written. */
  get rest(): string {
    this.#skipBlank();
    return this.text.slice(this.#at);
  }

  /** Reads the words when they are all next, in this order; letters of either case. */
  try(...words: string[]): boolean {
    const start = this.#at;
    for (const word of words) {
      this.#skipBlank();
      const found = this.text.slice(this.#at, this.#at + word.length);
      const next = this.text[this.#at + word.length] ?? '';
      if (found.toLowerCase() !== word.toLowerCase() || (/\w$/.test(word) && /[\w-]/.test(next))) {
        this.#at = start;
        return false;
      }
      this.#at += word.length;
    }
    return true;
  }

  expect(...words: string[]): void {
    if (!this.try(...words)) throw this.#unexpected(words.join(' '));
  }

  /** An identifier, with dashes where a keyword may have them. */
  word(): string {
    return this.#match(/[A-Za-z_][\w-]*/y, 'a word');
  }

  /** `T`, `['T 1']` or `["T 1"]`. */
  name(): string {
    this.#skipBlank();
    if (this.text[this.#at] !== '[') return this.#match(/[A-Za-z_]\w*/y, 'a name');
    const end = skipBrackets(this.text, this.#at);
    const inner = this.text.slice(this.#at + 1, end - 1).trim();
    this.#at = end;
    return literalValue(inner);
  }

  /** A string literal's value. */
  string(): string {
    this.#skipBlank();
    const start = /^[hH]['"@]/.test(this.text.slice(this.#at, this.#at + 2)) ? this.#at + 1 : this.#at;
    const end = skipLiteral(this.text, start);
    if (end === start) throw this.#unexpected('a string');
    const literal = this.text.slice(this.#at, end);
    this.#at = end;
    return literalValue(literal);
  }

  get startsString(): boolean {
    this.#skipBlank();
    return /^[hH]?(['"]|@['"]|```)/.test(this.text.slice(this.#at, this.#at + 5));
  }

  /** `(…)`, `{…}` or `[…]` with its brackets. */
  brackets(open: '(' | '{' | '['): string {
    this.#skipBlank();
    if (this.text[this.#at] !== open) throw this.#unexpected(open);
    const start = this.#at;
    this.#at = skipBrackets(this.text, start);
    return this.text.slice(start, this.#at);
  }

  /** A value without blanks in it: `30d`, `true`, `00:00:30`. */
  value(): string {
    return this.startsString ? this.string() : this.#match(/[^\s,()=|]+(?:\([^()]*\))?/y, 'a value');
  }

  /** `with (a = 1, b = 'c')`, or nothing; names in lower case. */
  properties(): Map<string, string> {
    if (!this.try('with')) return new Map();
    const properties = new Map<string, string>();
    for (const part of splitTop(this.brackets('(').slice(1, -1), ',')) {
      const inner = new Scanner(part);
      if (inner.ended) continue;
      const name = inner.word().toLowerCase();
      inner.expect('=');
      properties.set(name, inner.value());
      inner.end();
    }
    return properties;
  }

  /** `(A:string, ['B c']:int)` */
  columns(): Column[] {
    const columns = splitTop(this.brackets('(').slice(1, -1), ',').map((part) => {
      const inner = new Scanner(part);
      const name = inner.name();
      inner.expect(':');
      const type = inner.word();
      inner.end();
      try {
        return { name, type: columnType(type) };
      } catch (cause) {
        throw syntaxError(cause instanceof Error ? cause.message : String(cause));
      }
    });
    const twice = columns.find(({ name }, i) => columns.findIndex((other) => other.name === name) !== i);
    if (twice !== undefined) throw syntaxError(`column ${twice.name} is there twice`);
    return columns;
  }

  end(): void {
    if (!this.ended) throw this.#unexpected('the end');
  }

  #match(pattern: RegExp, what: string): string {
    this.#skipBlank();
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined) throw this.#unexpected(what);
    this.#at += found.length;
    return found;
  }

  #skipBlank(): void {
    for (;;) {
      const blank = /\s*/y;
      blank.lastIndex = this.#at;
      this.#at += blank.exec(this.text)![0].length;
      if (!this.text.startsWith('//', this.#at)) return;
      this.#at = skipLiteral(this.text, this.#at);
    }
  }

  #unexpected(expected: string): Error {
    const found = this.text.slice(this.#at, this.#at + 40).split('\n')[0];
    return syntaxError(
      `SYN0002: A recognition error occurred. Expected ${expected}, found '${found}'. [line:position=1:${this.#at}]`,
    );
  }
}
