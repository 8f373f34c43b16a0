//! Renders one route of the dashboard in a test, with answers instead of a server.

import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRouter, RouterProvider, type AnyRoute } from "@tanstack/react-router";
import { configure, render } from "@testing-library/react";
import { vi } from "vitest";
import { createQueryClient } from "@/api/queryClient";
import type { Session } from "@/api/types";
import { rootRoute } from "@/routes/root";
import { SessionContext } from "@/session/context";
import { parseSearch, stringifySearch } from "@/shared/search";

// The first test of a file loads the chunk of its screen.
configure({ asyncUtilTimeout: 8000 });

const OPERATOR = { kind: "operator", tenant_id: null, permissions: [] } as unknown as Session;

interface Answer {
  status?: number;
  body: unknown;
}

type Answers = Record<string, Answer | (() => Promise<Answer>)>;

/** `answers` by method and path, such as `GET /api/v1/tenants`; others are 404. Returns the requests made. */
export function showScreen(route: AnyRoute, at: string, answers: Answers, session: Session = OPERATOR): string[] {
  const requests: string[] = [];
  vi.stubGlobal("fetch", async (input: Request) => {
    const { pathname, search } = new URL(input.url);
    requests.push(`${input.method} ${pathname}${search}`);
    const found = answers[`${input.method} ${pathname}`] ?? { status: 404, body: problem(404, "not found") };
    const { status = 200, body } = typeof found === "function" ? await found() : found;
    return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
  });
  const router = createRouter({
    routeTree: rootRoute.addChildren([route]),
    history: createMemoryHistory({ initialEntries: [at] }),
    parseSearch,
    stringifySearch,
  });
  render(
    <MantineProvider>
      <QueryClientProvider client={createQueryClient()}>
        <SessionContext value={session}>
          <RouterProvider router={router as never} />
        </SessionContext>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return requests;
}

export function problem(status: number, detail: string) {
  return { type: "about:blank", title: "Problem", status, code: "problem", detail, request_id: "req_7" };
}
