//! A list with a panel beside it. Below 1200 px the panel lies over the list, on a phone it fills the screen.

import { ActionIcon, Tooltip } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { createContext, use, useEffect, useRef, type KeyboardEvent, type ReactNode, type RefObject } from "react";
import { useMessages } from "@/messages/context";
import classes from "./Panel.module.css";

interface SplitProps {
  children: ReactNode;
  /** Null while no row is open. */
  panel: ReactNode | null;
}

/** Closes the panel that is open in a split. */
const CloseContext = createContext<RefObject<(() => void) | null> | null>(null);

export function Split({ children, panel }: SplitProps) {
  const close = useRef<(() => void) | null>(null);
  // Keys of dialogs and menus arrive here too, although they are drawn elsewhere; their Escape closes only them.
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.defaultPrevented || !(event.target instanceof Element)) return;
    if (!event.currentTarget.contains(event.target) || event.target.matches("[aria-expanded=true]")) return;
    close.current?.();
  };
  return (
    <CloseContext value={close}>
      <div className={classes.split} data-open={panel !== null} onKeyDown={onKeyDown}>
        <div className={classes.list}>{children}</div>
        {panel}
      </div>
    </CloseContext>
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
  const origin = useRef<Element | null>(null);
  const closeRef = use(CloseContext);

  // The focus goes back to the row that opened the panel, unless it is in the list already.
  useEffect(() => {
    origin.current = document.activeElement;
    return () => {
      const lost = document.activeElement === null || document.activeElement === document.body;
      if (lost && origin.current instanceof HTMLElement && origin.current.isConnected) origin.current.focus();
    };
  }, []);

  useEffect(() => {
    if (closeRef === null) return undefined;
    closeRef.current = onClose;
    return () => {
      closeRef.current = null;
    };
  });

  return (
    <aside className={classes.panel} aria-label={label}>
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
