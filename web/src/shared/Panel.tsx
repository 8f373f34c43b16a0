//! A list with a panel beside it. Below 1200 px the panel lies over the list, on a phone it fills the screen.

import { ActionIcon, Tooltip } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useEffect, useRef, type KeyboardEvent, type ReactNode } from "react";
import { useMessages } from "@/messages/context";
import classes from "./Panel.module.css";

interface SplitProps {
  children: ReactNode;
  /** Null while no row is open. */
  panel: ReactNode | null;
}

export function Split({ children, panel }: SplitProps) {
  return (
    <div className={classes.split} data-open={panel !== null}>
      <div className={classes.list}>{children}</div>
      {panel}
    </div>
  );
}

interface PanelProps {
  label: string;
  title: ReactNode;
  actions?: ReactNode;
  onClose: () => void;
  children: ReactNode;
}

export function Panel({ label, title, actions, onClose, children }: PanelProps) {
  const { shared } = useMessages();
  const panel = useRef<HTMLElement>(null);
  const origin = useRef<Element | null>(null);

  // The focus goes back to the row that opened the panel.
  useEffect(() => {
    origin.current = document.activeElement;
    return () => {
      if (origin.current instanceof HTMLElement && origin.current.isConnected) origin.current.focus();
    };
  }, []);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.stopPropagation();
    onClose();
  };

  return (
    <aside ref={panel} className={classes.panel} aria-label={label} onKeyDown={onKeyDown}>
      <header className={classes.header}>
        <div className={classes.title}>{title}</div>
        {actions}
        <Tooltip label={shared.close}>
          <ActionIcon onClick={onClose} aria-label={shared.close}>
            <IconX size={16} />
          </ActionIcon>
        </Tooltip>
      </header>
      <div className={classes.body}>{children}</div>
    </aside>
  );
}
