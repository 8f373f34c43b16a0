//! The body of a list screen: the sentence that answers the reader's question, one primary button, filters, the list,
//! and the open row's panel beside it.

import { Button, Drawer, Stack } from "@mantine/core";
import { useDisclosure, useMediaQuery } from "@mantine/hooks";
import { IconFilter } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useMessages } from "@/messages/context";
import classes from "./ListScreen.module.css";
import page from "./Page.module.css";
import { Split } from "./Panel";

interface Props {
  /** Absent while it is being loaded; its line keeps its height. */
  answer: ReactNode;
  filters?: ReactNode;
  filtersLabel?: string;
  /** Several filters: on a phone they are a sheet behind a button. */
  sheet?: boolean;
  /** The one primary button. */
  action?: ReactNode;
  panel?: ReactNode | null;
  children: ReactNode;
}

export function ListScreen({ answer, filters, filtersLabel, sheet = false, action, panel = null, children }: Props) {
  const phone = useMediaQuery("(max-width: 699px)", undefined, { getInitialValueInEffect: false });
  return (
    <Split panel={panel}>
      <div className={classes.head}>
        <p className={page.answer} aria-live="polite" aria-busy={!answer}>
          {answer}
        </p>
        {action && <div className={classes.action}>{action}</div>}
        {filters && (
          <div className={classes.filters} role="search" aria-label={filtersLabel}>
            {sheet && phone ? <Sheet>{filters}</Sheet> : filters}
          </div>
        )}
      </div>
      {children}
    </Split>
  );
}

function Sheet({ children }: { children: ReactNode }) {
  const { shared } = useMessages();
  const [opened, { open, close }] = useDisclosure();
  return (
    <>
      <Button variant="default" leftSection={<IconFilter size={16} />} onClick={open}>
        {shared.table.filters}
      </Button>
      <Drawer opened={opened} onClose={close} position="bottom" title={shared.table.filters} classNames={{ content: classes.sheet, title: classes.sheetTitle }}>
        <Stack gap="sm">{children}</Stack>
      </Drawer>
    </>
  );
}

/** The place of a list's state that is no table: an empty state, or a failure. */
export function ListState({ children }: { children: ReactNode }) {
  return <div className={classes.state}>{children}</div>;
}
