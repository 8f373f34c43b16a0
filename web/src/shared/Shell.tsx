//! The shell of every frame's screens: the link that skips to the content, and the content, which scrolls.

import { UnstyledButton } from "@mantine/core";
import type { ReactNode } from "react";
import { useMessages } from "@/messages/context";
import classes from "./Shell.module.css";

const ID = "content";

/** A button, since a link to a fragment would resolve against <base href>. */
export function SkipLink() {
  const { frame } = useMessages();
  return (
    <UnstyledButton className={classes.skip} onClick={() => document.getElementById(ID)?.focus()}>
      {frame.skip}
    </UnstyledButton>
  );
}

interface Props {
  /** 0 where the arrow keys scroll it, -1 where the page around it scrolls. */
  tabIndex: 0 | -1;
  className?: string | undefined;
  children: ReactNode;
}

export function Content({ tabIndex, className = "", children }: Props) {
  return (
    <main id={ID} tabIndex={tabIndex} className={`${classes.content} ${className}`}>
      {children}
    </main>
  );
}
