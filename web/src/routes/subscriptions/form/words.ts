//! The words of the form, which load with it.

import { subscriptionForm as en } from "@/messages/en/subscriptionForm";
import { subscriptionForm as es } from "@/messages/es/subscriptionForm";
import { useWords } from "@/messages/words";

const WORDS = { en, es };
export const useFormWords = () => useWords(WORDS);
