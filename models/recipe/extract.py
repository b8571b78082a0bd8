"""Turn the documentation that ships with the Rust toolchain into a text corpus, deterministically.

Reads `<sysroot>/share/doc/rust/html` and writes into `--out`
  <source>.jsonl   one document a line: {"path", "split": "train" | "heldout", "text"}, ordered by path
  sources.json     per source: licence, documents, bytes of text, SHA-256 of the .jsonl; and the toolchain's version

Rules, in this order:
  * mdBook pages give their <main>; rustdoc pages give the description and the item's own methods. Lists of trait,
    blanket and foreign implementations are left out: they repeat on every page.
  * A paragraph or code block of at least DUPLICATE_CHARACTERS that an earlier document already had, but for numbers
    and integer widths, is dropped, so held-out text does not come back word by word in the training text (or the
    other way round).
  * Documents shorter than SHORTEST_DOCUMENT are dropped.
  * A document is held out when the SHA-256 of its text falls into one twentieth of the hash space.

Left out on purpose: the Embedded Rust Book (its prose is CC-BY-SA-4.0), `core` and `alloc` (std shows the same pages),
the processor intrinsics of std::arch (thousands of near-copies), translations, and every print.html (a book twice).

usage: extract.py --out DIR [--docs DIR]
"""

import argparse
import hashlib
import json
import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path

DUPLICATE_CHARACTERS = 60
SHORTEST_DOCUMENT = 200
HELDOUT_ONE_IN = 20

# Every source is "MIT OR Apache-2.0"; the toolchain's COPYRIGHT.html lists no exception for these folders.
LICENCE = "MIT OR Apache-2.0"
# Folder of the documentation -> (title, the repository on GitHub that it is written in).
SOURCES = {
    "book": ("The Rust Programming Language", "rust-lang/book"),
    "cargo": ("The Cargo Book", "rust-lang/cargo"),
    "clippy": ("Clippy documentation", "rust-lang/rust-clippy"),
    "edition-guide": ("The Edition Guide", "rust-lang/edition-guide"),
    "error_codes": ("Rust error codes index", "rust-lang/rust"),
    "nomicon": ("The Rustonomicon", "rust-lang/nomicon"),
    "reference": ("The Rust Reference", "rust-lang/reference"),
    "rust-by-example": ("Rust by Example", "rust-lang/rust-by-example"),
    "rustc": ("The rustc book", "rust-lang/rust"),
    "rustdoc": ("The rustdoc book", "rust-lang/rust"),
    "std": ("The Rust standard library API documentation", "rust-lang/rust"),
    "style-guide": ("The Rust Style Guide", "rust-lang/rust"),
    "unstable-book": ("The Unstable Book", "rust-lang/rust"),
}
SKIPPED_PAGES = re.compile(
    r"(^|/)(print|toc|all|404)\.html$|^std/arch/|/2018-edition/|/second-edition/|^rust-by-example/(es|ja|ko|zh)/"
)
# The same sentence is printed for every integer width with other numbers; compared with both taken out.
VARYING = re.compile(r"[iu](8|16|32|64|128|size)\b|[0-9][0-9a-fA-FxX_]*")
# Everything of a rustdoc page from here on is lists of implementations.
REPEATED_TAIL = re.compile(
    r'<h2 id="(trait-implementations|synthetic-implementations|blanket-implementations|foreign-impls|implementors'
    r'|deref-methods[^"]*)"'
)
SKIPPED_TAGS = {"script", "style", "nav", "button", "svg", "rustdoc-toolbar", "rustdoc-topbar", "noscript"}
SKIPPED_CLASSES = {
    "boring", "test-arrow", "doc-anchor", "anchor", "rightside", "sub-heading", "rustdoc-breadcrumbs", "hideme",
    "hideshow", "tooltip", "buttons", "src", "sidebar", "out-of-band", "footnote-backref",
}
VOID_TAGS = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr", "source", "embed", "track"}
BLOCK_TAGS = {"p", "div", "section", "ul", "ol", "table", "tr", "blockquote", "details", "summary", "dl", "dt", "dd",
              "figure", "figcaption", "article", "main", "center", "aside"}
HEADINGS = {"h1": "# ", "h2": "## ", "h3": "### ", "h4": "#### ", "h5": "##### ", "h6": "###### "}


class PageText(HTMLParser):
    """Collects the text of one page as blocks: Markdown-like paragraphs, headings, list items and fenced code."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.blocks, self.inline, self.code = [], [], None
        self.prefix = ""
        self.skip_stack = []  # open tags inside a skipped element; empty when text counts

    def close_block(self):
        """End the current paragraph."""
        text = re.sub(r"\s+", " ", "".join(self.inline)).strip()
        if text:
            self.blocks.append(self.prefix + text)
        self.inline, self.prefix = [], ""

    def handle_starttag(self, tag, attrs):
        if tag in VOID_TAGS:
            if tag == "br" and not self.skip_stack:
                (self.code if self.code is not None else self.inline).append("\n")
            return
        classes = set((dict(attrs).get("class") or "").split())
        if self.skip_stack or tag in SKIPPED_TAGS or classes & SKIPPED_CLASSES:
            self.skip_stack.append(tag)
            return
        if tag == "pre":
            self.close_block()
            self.code = []
        elif self.code is not None:
            if tag == "div":  # rustdoc breaks lines of long declarations with <div>
                self.code.append("\n")
        elif tag in HEADINGS:
            self.close_block()
            self.prefix = HEADINGS[tag]
        elif tag == "li":
            self.close_block()
            self.prefix = "- "
        elif tag in BLOCK_TAGS:
            keep = self.prefix if tag == "p" and not "".join(self.inline).strip() else ""
            self.close_block()
            self.prefix = keep
        elif tag in ("td", "th"):
            self.inline.append(" | ")
        elif tag == "code":
            self.inline.append("`")

    def handle_endtag(self, tag):
        if tag in VOID_TAGS:
            return
        if self.skip_stack:
            while self.skip_stack and self.skip_stack.pop() != tag:
                pass
            return
        if tag == "pre" and self.code is not None:
            code = "\n".join(line.rstrip() for line in "".join(self.code).strip("\n").split("\n")).rstrip()
            if code.strip():
                self.blocks.append("```\n" + code + "\n```")
            self.code = None
        elif self.code is not None:
            return
        elif tag in HEADINGS or tag == "li" or tag in BLOCK_TAGS:
            self.close_block()
        elif tag == "code":
            self.inline.append("`")

    def handle_data(self, data):
        if not self.skip_stack:
            (self.code if self.code is not None else self.inline).append(data)


def page_blocks(html, is_rustdoc):
    """Blocks of one page, or none when the page has no content of its own (redirects)."""
    if is_rustdoc:
        start = html.find('<section id="main-content"')
        tail = REPEATED_TAIL.search(html, max(start, 0))
        html = html[start : tail.start() if tail else html.find("</section></div></main>")] if start >= 0 else ""
    else:
        start = html.find("<main>")
        html = html[start : html.find("</main>")] if start >= 0 else ""
    page = PageText()
    page.feed(html)
    page.close_block()
    text = [block.replace("\u00a0", " ") for block in page.blocks]
    return [block for block in text if not block.startswith("Redirecting")]


def join_blocks(blocks):
    """Blocks with an empty line between them, items of one list without."""
    text = ""
    for before, block in zip(["", *blocks], blocks):
        text += ("\n" if before.startswith("- ") and block.startswith("- ") else "\n\n" if text else "") + block
    return text + "\n"


def source_documents(docs, source, seen):
    """Documents of one source in path order; `seen` holds hashes of long blocks met so far, of every source."""
    for path in sorted(docs.joinpath(source).rglob("*.html"), key=lambda path: path.relative_to(docs).as_posix()):
        name = path.relative_to(docs).as_posix()
        if SKIPPED_PAGES.search(name):
            continue
        kept = []
        for block in page_blocks(path.read_text(encoding="utf-8"), source == "std"):
            if len(block) >= DUPLICATE_CHARACTERS:
                digest = hashlib.sha256(VARYING.sub("0", block).encode()).digest()
                if digest in seen:
                    continue
                seen.add(digest)
            kept.append(block)
        text = join_blocks(kept)
        if len(text) < SHORTEST_DOCUMENT:
            continue
        number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
        yield {"path": name, "split": "train" if number % HELDOUT_ONE_IN else "heldout", "text": text}


def toolchain_version(docs):
    """The version rustdoc wrote into its pages."""
    return re.search(r'data-rustdoc-version="([^"]+)"', (docs / "std/index.html").read_text("utf-8")).group(1)


def default_docs():
    """Documentation folder of the active toolchain."""
    sysroot = subprocess.run(["rustc", "--print", "sysroot"], check=True, capture_output=True, text=True).stdout.strip()
    return Path(sysroot) / "share/doc/rust/html"


def main():
    """Write every source and the table of sources."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--docs", type=Path, help="default: share/doc/rust/html of the active toolchain")
    arguments = parser.parse_args()
    docs = arguments.docs or default_docs()
    arguments.out.mkdir(parents=True, exist_ok=True)
    seen, table = set(), []
    for source, (title, upstream) in SOURCES.items():
        documents = list(source_documents(docs, source, seen))
        lines = "".join(json.dumps(document, ensure_ascii=False, sort_keys=True) + "\n" for document in documents)
        (arguments.out / f"{source}.jsonl").write_bytes(lines.encode())
        table.append({
            "name": source,
            "title": title,
            "upstream": f"https://github.com/{upstream}",
            "spdx": LICENCE,
            "sha256": hashlib.sha256(lines.encode()).hexdigest(),
            "documents": len(documents),
            "heldout_documents": sum(document["split"] == "heldout" for document in documents),
            "bytes": sum(len(document["text"].encode()) for document in documents),
        })
        print(f"{source}: {table[-1]['documents']} documents, {table[-1]['bytes']} bytes, {table[-1]['sha256'][:12]}")
    record = {"toolchain": toolchain_version(docs), "sources": table}
    (arguments.out / "sources.json").write_text(json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    main()
