//! The samples of docs/receiving.md: the block of code that is named after a language alone, below each language's heading
//! in the section *Verify*. Blocks with a further word are dependencies, packages, and other headers.

export interface Sample {
  language: string;
  code: string;
}

export function samplesOf(markdown: string): Sample[] {
  const verify = /^## Verify$([\s\S]*?)^## /m.exec(markdown)?.[1] ?? "";
  const sections = verify.split(/^### /m).slice(1);
  return sections.flatMap((section) => {
    const language = section.slice(0, section.indexOf("\n")).trim();
    const block = /<!-- block: [a-z]+ -->\s*```[a-z#+]*\n([\s\S]*?)```/.exec(section);
    return block?.[1] === undefined ? [] : [{ language, code: block[1] }];
  });
}
