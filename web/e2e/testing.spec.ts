//! The testing tool: choose a type, see misfits while typing, send, and follow the signature.

import { expect, signIn, test } from "./support/fixtures";
import { answer, isSigned } from "./support/receiver";

const BIG = "12345678901234567890123";

test("a payload is checked while it is typed, sent with all digits, and its signature is explained", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  await server.operator.put("/api/v1/tenants/acme", {});
  const { id, secret } = await server.operator.in("acme").subscribe(receiver.url, { profile: "standard", events: ["invoice.*", "user.deleted"] });
  await signIn(page, server, undefined, `/testing?tenant=acme&subscription=${id}`);
  const type = page.getByRole("combobox", { name: "Event type" });
  await type.click();
  await type.fill("user.del");
  await page.getByRole("option", { name: "user.deleted" }).click();
  await expect(page.getByText("The event fits the catalog; 1 subscription would receive it.")).toBeVisible();
  const payload = page.getByLabel("Payload (the event’s data)");
  const example = await payload.inputValue();
  expect(JSON.parse(example)).toHaveProperty("user_id");

  const send = page.getByRole("button", { name: "Send test event" });
  await payload.fill('{\n  "user_id": 5\n}');
  await expect(page.getByText(/^The event does not fit the catalog in \d places?/)).toBeVisible();
  const misfits = page.getByRole("region", { name: "Check against the catalog" });
  await expect(misfits.getByRole("button").filter({ hasText: "data/user_id" })).toContainText("Line 2");
  await misfits.getByRole("button").filter({ hasText: "data/user_id" }).click();
  await expect(payload).toBeFocused();
  expect(await payload.evaluate((area: HTMLTextAreaElement) => area.value.slice(area.selectionStart, area.selectionEnd))).toBe("5");

  await payload.fill('{"user_id": ');
  await expect(page.getByText(/^Not JSON: line 1, column \d+\.$/)).toBeVisible();
  await expect(send).toBeDisabled();
  await page.getByRole("button", { name: "Restore the example" }).click();
  await expect(payload).toHaveValue(example);
  await expect(page.getByText("The event fits the catalog; 1 subscription would receive it.")).toBeVisible();

  await payload.fill(example.replace("{", `{\n  "size": ${BIG},`));
  await expect(send).toBeEnabled();
  await send.click();
  const result = page.getByRole("region", { name: "Result" });
  await expect(result.getByText(/^Delivered: the receiver answered 200 in/)).toBeVisible();
  expect(receiver.received).toHaveLength(1);
  const [request] = receiver.received;
  expect(request?.body).toMatch(new RegExp(`"size": ?${BIG}\\b`));
  expect(request && isSigned(request, secret)).toBe(true);
  await expect(result.getByRole("region", { name: "Request", exact: true })).toContainText(BIG);

  await result.getByRole("tab", { name: "Signature" }).click();
  await expect(result.getByText("Signature verified")).toBeVisible();
  const steps = result.getByRole("region", { name: "The signature, step by step" }).getByRole("listitem");
  const [, own] = (request?.headers["webhook-signature"] ?? "").split("v1,");
  await expect(steps.filter({ hasText: "Compute HMAC-SHA256" })).toContainText(own ?? "absent");
  await expect(steps.filter({ hasText: "Compare it with the header" })).toContainText("Equal");
  await expect(page.getByText("Sent from this page")).toBeVisible();
});

test("a refused test names the answer, and a real event is published after a confirmation", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  await server.operator.put("/api/v1/tenants/acme", {});
  const acme = server.operator.in("acme");
  const { id } = await acme.subscribe(receiver.url, { events: ["user.deleted"] });
  await acme.subscribe(`${receiver.url}/other`);
  receiver.behaviour = answer(401, "no such signature");
  await signIn(page, server, undefined, `/testing?tenant=acme&subscription=${id}`);
  await page.getByRole("button", { name: "Send test event" }).click();
  const result = page.getByRole("region", { name: "Result" });
  await expect(result.getByText(/the receiver answered 401/)).toBeVisible();
  await expect(result.getByText("no such signature").first()).toBeVisible();
  await page.getByRole("button", { name: "Publish as real event" }).click();
  const dialog = page.getByRole("dialog", { name: "Publish as a real event" });
  await expect(dialog.getByText(/2 subscriptions receive it, with retries/)).toBeVisible();
  await dialog.getByRole("button", { name: "Publish as real event" }).click();
  await expect(result.getByText("Published with 2 deliveries.")).toBeVisible();
  await expect.poll(() => receiver.received.filter(({ path }) => path.endsWith("/other")).length).toBe(1);
});
