//! A page of `docs/` in a dialog. A chunk of its own, with the text of the pages.

import { Modal } from "@mantine/core";
import { useMemo } from "react";
import { useMessages } from "@/messages/context";
import { safeHref } from "@/shared/text";
import filters from "../../../../docs/filters.md?raw";
import transformations from "../../../../docs/transformations.md?raw";
import classes from "./Doc.module.css";
import { blocksOf, spansOf, type Block } from "./markdown";

export type DocName = "filters" | "transformations";

const PAGES: Record<DocName, string> = { filters, transformations };

export default function Doc({ name, onClose }: { name: DocName; onClose: () => void }) {
  const { shared } = useMessages();
  const [title, ...blocks] = useMemo(() => blocksOf(PAGES[name]), [name]);
  return (
    <Modal
      opened
      onClose={onClose}
      size={820}
      centered={false}
      title={title?.kind === "heading" ? title.text : name}
      closeButtonProps={{ "aria-label": shared.close }}
    >
      <article className={classes.doc} lang="en">
        {blocks.map((block, index) => (
          <Part key={index} block={block} />
        ))}
      </article>
    </Modal>
  );
}

function Part({ block }: { block: Block }) {
  switch (block.kind) {
    case "heading":
      return block.level > 2 ? <h4><Inline text={block.text} /></h4> : <h3><Inline text={block.text} /></h3>;
    case "text":
      return <p><Inline text={block.text} /></p>;
    case "code":
      return <pre tabIndex={0}>{block.text}</pre>;
    case "list":
      return (
        <ul>
          {block.items.map((item, index) => (
            <li key={index}><Inline text={item} /></li>
          ))}
        </ul>
      );
    case "table":
      return (
        <table>
          <thead>
            <tr>
              {block.head.map((cell, index) => (
                <th key={index} scope="col"><Inline text={cell} /></th>
              ))}
            </tr>
          </thead>
          <tbody>
            {block.rows.map((row, index) => (
              <tr key={index}>
                {row.map((cell, column) => (
                  <td key={column}><Inline text={cell} /></td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      );
  }
}

function Inline({ text }: { text: string }) {
  return spansOf(text).map((span, index) => {
    switch (span.kind) {
      case "code":
        return <code key={index}>{span.text}</code>;
      case "strong":
        return <strong key={index}>{span.text}</strong>;
      case "link":
        return safeHref(span.address) === undefined ? (
          <span key={index}>{span.text}</span>
        ) : (
          <a key={index} href={safeHref(span.address)} target="_blank" rel="noreferrer">
            {span.text}
          </a>
        );
      case "text":
        return <span key={index}>{span.text}</span>;
    }
  });
}
