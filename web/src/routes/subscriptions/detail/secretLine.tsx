//! A secret with its name, whole.

import { Text } from "@mantine/core";
import type { ReactNode } from "react";
import { Id } from "@/shared/Id";
import classes from "./detail.module.css";

export function SecretLine({ name, secret }: { name: ReactNode; secret: string }) {
  return (
    <div className={classes.secret}>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Id value={secret} whole />
    </div>
  );
}
