//! The look of the page: theme, colour scheme and language. A portal link's host may have its own.

import { MantineProvider, type CSSVariablesResolver, type MantineThemeOverride } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import type { ReactNode } from "react";
import { MessagesProvider } from "@/messages/context";
import { schemes } from "./schemes";
import * as own from "./theme";

export interface HostLook {
  theme: MantineThemeOverride;
  resolveVariables: CSSVariablesResolver;
  scheme: "light" | "dark" | undefined;
  language: string | null;
}

interface Props {
  nonce: string;
  host?: HostLook | undefined;
  children: ReactNode;
}

export function Look({ nonce, host, children }: Props) {
  return (
    <MantineProvider
      theme={host?.theme ?? own.theme}
      defaultColorScheme="auto"
      forceColorScheme={host?.scheme}
      colorSchemeManager={schemes}
      cssVariablesResolver={host?.resolveVariables ?? own.resolveVariables}
      getStyleNonce={() => nonce}
    >
      <MessagesProvider host={host?.language ?? null}>
        {children}
        <Notifications position="bottom-right" />
      </MessagesProvider>
    </MantineProvider>
  );
}
