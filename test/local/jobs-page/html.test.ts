import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { html } from "../../../local/jobs-page/html.ts";

describe("html", () => {
  it("puts in text and numbers as text, and HTML as HTML", () => {
    const parts = [html`<i>1</i>`, html`<i>2</i>`];

    expect(html`<p title="${'a"b'}">${"<b>&'"} ${3} ${parts}</p>`.html).toBe(
      '<p title="a&#34;b">&#60;b&#62;&#38;&#39; 3 <i>1</i><i>2</i></p>',
    );
  });

  it("lets no text open a tag, end an attribute or name an entity", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(html`${text}`.html).not.toMatch(/[<>"']|&(?!#\d+;)/u);
      }),
    );
  });
});
