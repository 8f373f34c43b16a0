//! The empty state of a screen whose objects the API lists for one tenant only: it offers to choose one.

import type { ReactNode } from "react";
import { EmptyState } from "@/shared/EmptyState";
import { ListState } from "@/shared/ListScreen";
import { TenantSwitcher } from "./TenantSwitcher";

interface Props {
  title: string;
  text: string;
  icon: ReactNode;
}

export function ChooseTenant({ title, text, icon }: Props) {
  return (
    <ListState>
      <EmptyState icon={icon} title={title} text={text} action={<TenantSwitcher />} />
    </ListState>
  );
}
