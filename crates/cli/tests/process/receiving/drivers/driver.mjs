// Runs a block of the page on the cases in a folder: driver.mjs MODULE FUNCTION FORM CASES.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const [module, name, form, cases] = process.argv.slice(2);
const verify = (await import(module))[name];

function isVerified(folder) {
  const read = (file) => readFileSync(join(folder, file), "utf8");
  const [secret, body] = [read("secret"), readFileSync(join(folder, "body"))];
  if (form === "own") return verify(secret, read("own"), body);
  if (form === "texts") return verify(secret, read("id"), read("timestamp"), read("signatures"), body);
  const headers = {
    "webhook-id": read("id"),
    "webhook-timestamp": read("timestamp"),
    "webhook-signature": read("signatures"),
    "content-type": "application/json",
  };
  try {
    verify(read("form") === "plain" ? Buffer.from(secret) : secret, headers, body);
    return true;
  } catch (refusal) {
    console.error(`${folder}: ${refusal}`);
    return false;
  }
}

for (const one of readdirSync(cases).sort()) {
  console.log(one, isVerified(join(cases, one)) ? "verified" : "refused");
}
