//! The typed client of the API. Requests of screens are described in `queries.ts` files and go through `call`.

import createClient, { type Middleware } from "openapi-fetch";
import { observeServerTime } from "@/shared/clock";
import { basePath } from "./base";
import { authorise } from "./credential";
import { UnreachableError, toApiError } from "./problem";
import type { paths } from "./schema";

const credentials: Middleware = {
  onRequest({ request }) {
    authorise(request.headers, request.method);
    return request;
  },
  onResponse({ response }) {
    observeServerTime(response.headers.get("date"));
    return undefined;
  },
};

// The origin is written out since `Request` of test environments refuses relative addresses.
export const api = createClient<paths>({
  baseUrl: new URL(basePath, window.location.origin).href.replace(/\/$/, ""),
  credentials: "same-origin",
  fetch: (request) => globalThis.fetch(request),
});
api.use(credentials);

interface Answer<T> {
  data?: T | undefined;
  error?: unknown;
  response: Response;
}

/** Returns the body of a successful answer; throws `ApiError` or `UnreachableError`. */
export async function call<T>(request: Promise<Answer<T>>): Promise<T> {
  return (await callWithResponse(request)).data;
}

/** The same with the response, for lists whose headers say where the next page is. */
export async function callWithResponse<T>(
  request: Promise<Answer<T>>,
): Promise<{ data: T; response: Response }> {
  let answer: Answer<T>;
  try {
    answer = await request;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new UnreachableError(cause);
  }
  if (!answer.response.ok) throw toApiError(answer.response, answer.error);
  return { data: answer.data as T, response: answer.response };
}
