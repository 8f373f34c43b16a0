//! The words of the screen, which load with it.

import { tenants as en } from "@/messages/en/tenants";
import { tenants as es } from "@/messages/es/tenants";
import { useWords } from "@/messages/words";

const WORDS = { en, es };
export const useTenantWords = () => useWords(WORDS);
