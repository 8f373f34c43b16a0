//! Providers only.

import "@/theme/mantine";
import "@/theme/tokens.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { setNonce } from "get-nonce";
import { lazy, StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { createQueryClient } from "@/api/queryClient";
import { portalLink, takeToken } from "@/portal/link";
import { router } from "@/router";
import { takeCode } from "@/session/code";
import { SessionProvider } from "@/session/SessionProvider";
import { reloadOnceForNewChunks } from "@/shared/upgrade";
import { Look } from "@/theme/Look";

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
// Overlays make style elements through get-nonce, Mantine's provider through getStyleNonce.
setNonce(nonce);
reloadOnceForNewChunks();

const code = portalLink === null ? takeCode() : null;
const token = portalLink === null ? null : takeToken();
const queries = createQueryClient();
const Portal = lazy(() => import("@/portal/Portal"));
const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      {portalLink === null ? (
        <Look nonce={nonce}>
          <SessionProvider code={code}>
            <RouterProvider router={router} />
          </SessionProvider>
        </Look>
      ) : (
        <Suspense fallback={null}>
          <Portal nonce={nonce} token={token}>
            <RouterProvider router={router} />
          </Portal>
        </Suspense>
      )}
    </QueryClientProvider>
  </StrictMode>,
);
