//! The words of order, which load with the screens that show them.

import { subscriptionOrder as en } from "@/messages/en/subscriptionOrder";
import { subscriptionOrder as es } from "@/messages/es/subscriptionOrder";
import { useWords } from "@/messages/words";

const WORDS = { en, es };
export const useOrderWords = () => useWords(WORDS);
