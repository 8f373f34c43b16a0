//! Providers only.

import "@/theme/mantine";
import "@/theme/tokens.css";
import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { setNonce } from "get-nonce";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createQueryClient } from "@/api/queryClient";
import { MessagesProvider } from "@/messages/context";
import { router } from "@/router";
import { takeCode } from "@/session/code";
import { SessionProvider } from "@/session/SessionProvider";
import { reloadOnceForNewChunks } from "@/shared/upgrade";
import { resolveVariables, theme } from "@/theme/theme";

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
// Overlays make style elements through get-nonce, Mantine's provider through getStyleNonce.
setNonce(nonce);
reloadOnceForNewChunks();

const code = takeCode();
const queries = createQueryClient();
const schemes = localStorageColorSchemeManager({ key: "postrider.scheme" });
const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");

createRoot(root).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      colorSchemeManager={schemes}
      cssVariablesResolver={resolveVariables}
      getStyleNonce={() => nonce}
    >
      <QueryClientProvider client={queries}>
        <MessagesProvider host={null}>
          <SessionProvider code={code}>
            <RouterProvider router={router} />
          </SessionProvider>
          <Notifications position="bottom-right" />
        </MessagesProvider>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
