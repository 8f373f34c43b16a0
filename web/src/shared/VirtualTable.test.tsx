import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { expect, test, vi } from "vitest";
import { ApiError, UnreachableError } from "@/api/problem";
import { EmptyState } from "./EmptyState";
import type { RowSource } from "./rows";
import { NoMatch, VirtualTable } from "./VirtualTable";

interface Row {
  id: string;
}

const SOURCE: RowSource<Row> = {
  total: null,
  rowAt: () => undefined,
  onRange: () => undefined,
  error: null,
  retry: () => undefined,
  loaded: () => [],
  walk: null,
};

function show(source: Partial<RowSource<Row>>, empty = <EmptyState title="No rows yet" action={<a href="/new">Add one</a>} />) {
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <VirtualTable
          label="Rows"
          columns={[{ id: "id", header: "Id", width: "1fr", cell: (row) => row.id }]}
          source={{ ...SOURCE, ...source }}
          rowKey={(row) => row.id}
          rowLink={(_, children) => <a href="/row">{children}</a>}
          empty={empty}
        />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

test("loading_is_announced_and_has_the_size_of_rows", async () => {
  show({});
  const table = screen.getByRole("table", { name: "Rows" });
  expect(table.getAttribute("aria-busy")).toBe("true");
  await waitFor(() => expect(screen.getAllByRole("row").length).toBeGreaterThan(5));
});

test("an_empty_list_offers_its_action", () => {
  show({ total: 0 });
  expect(screen.getByRole("heading", { name: "No rows yet" })).toBeDefined();
  expect(screen.getByRole("link", { name: "Add one" })).toBeDefined();
});

test("no_match_offers_to_clear_the_filters", () => {
  show({ total: 0 }, <NoMatch onClear={<button type="button">Clear filters</button>} />);
  expect(screen.getByText("Nothing matches these filters.")).toBeDefined();
  expect(screen.getByRole("button", { name: "Clear filters" })).toBeDefined();
});

test("a_failed_list_says_why_and_can_be_asked_again", async () => {
  const retry = vi.fn();
  const problem = { type: "about:blank", title: "x", status: 503, code: "busy", detail: "the store is busy", request_id: "req_7" };
  show({ error: new ApiError(503, problem, null), retry });
  const alert = screen.getByRole("alert");
  expect(alert.textContent).toContain("the store is busy");
  expect(alert.textContent).toContain("req_7");
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(retry).toHaveBeenCalledOnce();
});

test("an_unreachable_server_is_told_from_an_error_of_the_server", () => {
  show({ error: new UnreachableError(null) });
  expect(screen.getByRole("alert").textContent).toContain("The server did not answer.");
});

test("an_expired_session_offers_to_sign_in", () => {
  show({ error: new ApiError(401, null, null) });
  expect(screen.getByText("Your session has ended")).toBeDefined();
  expect(screen.getByRole("button", { name: "Sign in" })).toBeDefined();
});

test("a_million_rows_are_counted_and_few_are_drawn", async () => {
  show({ total: 1_000_000, rowAt: (index) => ({ id: `row ${index}` }) });
  expect(screen.getByRole("table").getAttribute("aria-rowcount")).toBe("1000001");
  await screen.findByRole("link", { name: "row 0" });
  const rows = screen.getAllByRole("row");
  expect(rows.length).toBeLessThan(80);
  expect(rows[1]?.getAttribute("aria-rowindex")).toBe("2");
});

test("a_row_renders_again_only_when_its_own_data_change", async () => {
  const cell = vi.fn((row: Row) => row.id);
  const columns = [{ id: "id", header: "Id", width: "1fr", cell }];
  const first = { id: "a" };
  const second = { id: "b" };
  const third = { id: "c" };
  const link = (_: Row, children: ReactNode) => <a href="/row">{children}</a>;
  const table = (rows: Row[], openKey?: string) => (
    <MantineProvider>
      <VirtualTable
        label="Rows"
        columns={columns}
        source={{ ...SOURCE, total: rows.length, rowAt: (index) => rows[index] }}
        rowKey={(row) => row.id}
        rowLink={link}
        openKey={openKey}
        empty={null}
      />
    </MantineProvider>
  );
  const { rerender } = render(table([first, second]));
  await screen.findByRole("link", { name: "b" });
  cell.mockClear();
  rerender(table([first, second]));
  expect(cell).not.toHaveBeenCalled();
  rerender(table([first, third]));
  expect(cell.mock.calls).toEqual([[third]]);
  rerender(table([first, third], "a"));
  expect(cell.mock.calls).toEqual([[third], [first]]);
});
